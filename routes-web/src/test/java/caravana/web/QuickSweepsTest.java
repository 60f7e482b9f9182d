package caravana.web;

import org.springframework.test.context.TestPropertySource;

/** Web whose sweeps and heartbeats come often, for tests of what they do. */
@TestPropertySource(properties = {"caravana.reconciler.period=300ms", "caravana.events.heartbeat=500ms"})
abstract class QuickSweepsTest extends WebTest {}
