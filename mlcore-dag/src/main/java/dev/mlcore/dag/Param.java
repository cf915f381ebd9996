package dev.mlcore.dag;

import java.util.function.Function;
import java.util.function.Predicate;

public interface Param<T> extends Out<T> {
    Param<T> orElse(T defaultValue);
    Param<T> check(String rule, Predicate<? super T> valid);
}
