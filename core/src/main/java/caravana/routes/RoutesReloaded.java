package caravana.routes;

import java.util.Set;

/**
 * Edited routes have been taken over into the running app.
 *
 * @param files the files that were loaded again, by their paths
 */
public record RoutesReloaded(Set<String> files) {}
