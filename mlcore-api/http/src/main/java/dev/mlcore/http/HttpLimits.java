package dev.mlcore.http;

import java.time.Duration;

/** What a host lets one request take. */
record HttpLimits(long bodyBytes, Duration requestTimeout) {}
