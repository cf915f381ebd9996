package dev.mlcore.api.data;

import java.util.Optional;

/**
 * Element type of a tensor. The constants are the field's: numpy's names in MLflow, the Open Inference Protocol's on the wire.
 *
 * <p>{@link #FLOAT16} and {@link #BFLOAT16} can be named in a specification; tensors of them cannot be made yet.
 *
 * @see <a href="https://kserve.github.io/website/docs/concepts/architecture/data-plane/v2-protocol">Open Inference Protocol</a>
 */
public enum DataType {
    /** One byte, 0 or 1. */
    BOOL(1, "bool", "BOOL"),
    /** Unsigned, 8 bits. */
    UINT8(1, "uint8", "UINT8"),
    /** Unsigned, 16 bits. */
    UINT16(2, "uint16", "UINT16"),
    /** Unsigned, 32 bits. */
    UINT32(4, "uint32", "UINT32"),
    /** Unsigned, 64 bits. */
    UINT64(8, "uint64", "UINT64"),
    /** Signed, 8 bits. */
    INT8(1, "int8", "INT8"),
    /** Signed, 16 bits. */
    INT16(2, "int16", "INT16"),
    /** Signed, 32 bits. */
    INT32(4, "int32", "INT32"),
    /** Signed, 64 bits. */
    INT64(8, "int64", "INT64"),
    /** IEEE 754 half precision; named only. */
    FLOAT16(2, "float16", "FP16"),
    /** Brain floating point, 16 bits; named only. */
    BFLOAT16(2, "bfloat16", "BF16"),
    /** IEEE 754 single precision. */
    FLOAT32(4, "float32", "FP32"),
    /** IEEE 754 double precision. */
    FLOAT64(8, "float64", "FP64"),
    /** Unicode text. */
    STRING(0, "str", "BYTES"),
    /** Byte strings. */
    BYTES(0, "bytes", "BYTES");

    private final int sizeBytes;
    private final String numpyName;
    private final String oipName;

    DataType(int sizeBytes, String numpyName, String oipName) {
        this.sizeBytes = sizeBytes;
        this.numpyName = numpyName;
        this.oipName = oipName;
    }

    /**
     * Width of one element.
     *
     * @return bytes, or 0 for {@link #STRING} and {@link #BYTES}, whose elements differ in length
     */
    public int sizeBytes() {
        return sizeBytes;
    }

    /**
     * The name that numpy, and so an MLflow tensor signature, gives this type.
     *
     * @return for example {@code float32}
     */
    public String numpyName() {
        return numpyName;
    }

    /**
     * The name on the Open Inference Protocol's wire; text and byte strings share {@code BYTES}.
     *
     * @return for example {@code FP32}
     */
    public String oipName() {
        return oipName;
    }

    /**
     * Whether the elements are integers, signed or not.
     *
     * @return true for the eight integer types
     */
    public boolean isInteger() {
        return switch (this) {
            case UINT8, UINT16, UINT32, UINT64, INT8, INT16, INT32, INT64 -> true;
            default -> false;
        };
    }

    /**
     * The type that numpy calls so.
     *
     * @param numpyName as {@link #numpyName} spells it
     * @return the type; empty if there is none
     */
    public static Optional<DataType> ofNumpy(String numpyName) {
        for (DataType type : values()) {
            if (type.numpyName.equals(numpyName)) {
                return Optional.of(type);
            }
        }
        return Optional.empty();
    }
}
