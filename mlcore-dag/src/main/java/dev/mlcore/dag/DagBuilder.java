package dev.mlcore.dag;

public interface DagBuilder extends Tasks {
    <T> Param<T> param(String id, Class<T> type);
    Dag build();                               // reports every error of the graph at once
}
