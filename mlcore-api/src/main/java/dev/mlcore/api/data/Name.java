package dev.mlcore.api.data;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** The column that a record component stands for, where Java cannot spell it: {@code @Name("bill_length_mm") float billLength}. */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
public @interface Name {
    /**
     * The column's name.
     *
     * @return not blank
     */
    String value();
}
