/**
 * One embeddable HTTP host on which other parts mount their routes; start at {@link dev.mlcore.http.HttpHost}.
 *
 * <p>HTTP/1.1 in plain text, on the loopback address unless told otherwise. There is no TLS and no authentication: whoever reaches the port may call the routes.
 */
@NullMarked
package dev.mlcore.http;

import org.jspecify.annotations.NullMarked;
