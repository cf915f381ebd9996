package dev.mlcore.http;

import java.io.IOException;

/** What is wrong on the client's side of an exchange: answered with its status, never logged as an error. */
final class ClientFailure extends IOException {
    private static final long serialVersionUID = 1;

    /** In place of a status: nobody is left who could read an answer. */
    static final int GONE = 0;

    private final int status;

    ClientFailure(int status, String message) {
        super(message);
        this.status = status;
    }

    ClientFailure(int status, String message, Throwable cause) {
        super(message, cause);
        this.status = status;
    }

    int status() {
        return status;
    }
}
