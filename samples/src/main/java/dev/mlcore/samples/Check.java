package dev.mlcore.samples;

/**
 * One thing that the doctor looked at.
 *
 * @param mark how it is
 * @param sentence what was found and, unless all is well, what to do
 */
record Check(Mark mark, String sentence) {
    /** How a thing is. */
    enum Mark {
        /** As it should be. */
        OK,
        /** Works, with a loss. */
        WARN,
        /** Keeps a part from working. */
        FAIL
    }

    static Check ok(String sentence) {
        return new Check(Mark.OK, sentence);
    }

    static Check warn(String sentence) {
        return new Check(Mark.WARN, sentence);
    }

    static Check fail(String sentence) {
        return new Check(Mark.FAIL, sentence);
    }

    /** A line of its own, the mark first. */
    @Override
    public String toString() {
        return switch (mark) {
                    case OK -> "ok    ";
                    case WARN -> "warn  ";
                    case FAIL -> "FAIL  ";
                }
                + sentence;
    }
}
