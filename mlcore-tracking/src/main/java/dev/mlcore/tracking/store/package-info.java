/**
 * What {@code Tracking} is underneath: a store of MLflow's rows, in a SQLite file or in memory. Not exported.
 *
 * <p>The SQLite store never assumes a revision of MLflow's schema. Each transaction first compares SQLite's schema cookie with the one its picture of the tables
 * was taken at, and takes a new picture if stock MLflow has migrated the file meanwhile; inside the transaction the tables cannot change any more.
 */
@NullMarked
package dev.mlcore.tracking.store;

import org.jspecify.annotations.NullMarked;
