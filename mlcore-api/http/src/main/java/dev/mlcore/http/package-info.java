/** One embeddable HTTP host on which other parts mount their routes; start at {@code HttpHost}. */
@NullMarked
package dev.mlcore.http;

import org.jspecify.annotations.NullMarked;
