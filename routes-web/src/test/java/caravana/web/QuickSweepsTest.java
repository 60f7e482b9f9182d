package caravana.web;

import org.junit.jupiter.api.Tag;
import org.springframework.test.context.TestPropertySource;

/** Web whose sweeps and heartbeats come often, for tests of what they do, and that pages of another origin may call. */
@Tag("own-settings")
@TestPropertySource(
        properties = {
            "caravana.reconciler.period=300ms",
            "caravana.events.heartbeat=500ms",
            "CARAVANA_CORS_ORIGINS=https://pages.example.org,http://localhost:3000"
        })
abstract class QuickSweepsTest extends WebTest {}
