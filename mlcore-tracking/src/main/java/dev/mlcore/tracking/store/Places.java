package dev.mlcore.tracking.store;

/** Where MLflow lays files, below the location of an experiment. */
public final class Places {
    private Places() {}

    static String ofExperiment(String root, long id) {
        return append(root, Long.toString(id));
    }

    static String ofRun(String experimentLocation, String runId) {
        return append(experimentLocation, runId + "/artifacts");
    }

    static String ofModel(String experimentLocation, String modelId) {
        return append(experimentLocation, "models/" + modelId + "/artifacts");
    }

    /** Before a query, if the place has one. */
    private static String append(String place, String path) {
        int query = place.indexOf("://") > 0 ? place.indexOf('?') : -1;
        String base = query < 0 ? place : place.substring(0, query);
        return base + (base.endsWith("/") ? "" : "/") + path + (query < 0 ? "" : place.substring(query));
    }
}
