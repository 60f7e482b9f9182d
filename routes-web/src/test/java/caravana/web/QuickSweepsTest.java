package caravana.web;

import org.junit.jupiter.api.Tag;
import org.springframework.test.context.TestPropertySource;

/**
 * Web whose sweeps, heartbeats and retries come often, for tests of what they do; behind a proxy, and callable by pages of
 * another origin.
 */
@Tag("own-settings")
@TestPropertySource(
        properties = {
            "caravana.reconciler.period=300ms",
            "caravana.events.heartbeat=500ms",
            "caravana.erasure.last-pass=1s",
            "caravana.webhooks.timeout=1s",
            "caravana.webhooks.delays=200ms,200ms,200ms,200ms,200ms,200ms,200ms",
            "caravana.mail.public-url=" + QuickSweepsTest.PUBLIC_URL,
            "caravana.mail.period=100ms",
            "caravana.mail.delays=200ms,200ms",
            "caravana.imports.period=100ms",
            "caravana.imports.heartbeat=300ms",
            "caravana.imports.delays=100ms,100ms,100ms,100ms",
            "CARAVANA_FORWARDED_HEADERS=native",
            "CARAVANA_CORS_ORIGINS=https://pages.example.org,http://localhost:3000"
        })
abstract class QuickSweepsTest extends WebTest {

    /** Where links in mails lead. */
    static final String PUBLIC_URL = "https://videos.example.org";
}
