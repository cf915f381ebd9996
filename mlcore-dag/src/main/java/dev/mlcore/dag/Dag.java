package dev.mlcore.dag;

import java.time.Instant;
import java.util.List;

/** An immutable, validated graph with a canonical form and a hash. */
public interface Dag {
    static DagBuilder builder(String id) { throw new UnsupportedOperationException(); }
    String id();
    String hash();
    String describe();                         // text; toMermaid(), toDot() beside it
}
