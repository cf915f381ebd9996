package dev.mlcore.api.data;

import java.nio.ByteBuffer;

/** Placeholder that the data work replaces. */
record ArrayTensor(DataType type) implements Tensor {
    @Override public long[] shape() { throw new UnsupportedOperationException(); }
    @Override public long size() { throw new UnsupportedOperationException(); }
    @Override public Tensor rows(long from, long to) { throw new UnsupportedOperationException(); }
    @Override public ByteBuffer bytes() { throw new UnsupportedOperationException(); }
    @Override public float[] toFloats() { throw new UnsupportedOperationException(); }
    @Override public double[] toDoubles() { throw new UnsupportedOperationException(); }
    @Override public long[] toLongs() { throw new UnsupportedOperationException(); }
    @Override public boolean[] toBooleans() { throw new UnsupportedOperationException(); }
    @Override public String[] toStrings() { throw new UnsupportedOperationException(); }
    @Override public byte[][] toBytes() { throw new UnsupportedOperationException(); }
}
