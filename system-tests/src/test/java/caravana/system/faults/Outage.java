package caravana.system.faults;

import java.time.Instant;

/**
 * A time in which one of the systems did not serve.
 *
 * @param failedCalls calls of the apps that it was seen to fail
 */
record Outage(String system, String how, Instant from, Instant until, long failedCalls) {}
