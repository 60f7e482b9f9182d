package caravana.web;

import org.junit.jupiter.api.Tag;
import org.springframework.test.context.TestPropertySource;

/**
 * Web that gives no client up while a test runs because it sends or takes nothing for a while, and that has few places for
 * clients.
 */
@Tag("own-settings")
@TestPropertySource(
        properties = {
            "CARAVANA_UPLOAD_MAX_SIZE=12MB",
            "caravana.upload.at-once=3",
            "caravana.upload.at-once-per-account=3",
            "caravana.upload.per-hour=12",
            "caravana.events.streams=20",
            "caravana.events.streams-per-account=8",
            "caravana.events.period=100ms",
            "caravana.events.heartbeat=500ms",
            "caravana.events.patience=1h",
            "server.tomcat.connection-timeout=1h"
        })
abstract class PatientTest extends WebTest {}
