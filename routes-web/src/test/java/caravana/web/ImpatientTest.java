package caravana.web;

import org.junit.jupiter.api.Tag;
import org.springframework.test.context.TestPropertySource;

/** Web that has room for many clients at once, waits for none of them for long, and soon deletes what they leave. */
@Tag("own-settings")
@TestPropertySource(
        properties = {
            "caravana.upload.at-once=64",
            "caravana.upload.at-once-per-account=64",
            "caravana.upload.patience=10s",
            "caravana.reconciler.period=1s",
            "server.tomcat.connection-timeout=2s"
        })
abstract class ImpatientTest extends WebTest {}
