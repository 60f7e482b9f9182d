package caravana.routes;

import java.util.Set;

/**
 * The event that edited routes were loaded into the running app.
 *
 * @param files the files that were loaded again, by their paths
 */
public record RoutesReloaded(Set<String> files) {}
