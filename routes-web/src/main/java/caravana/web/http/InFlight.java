package caravana.web.http;

import java.util.concurrent.Phaser;
import org.springframework.stereotype.Component;

/** Counts the requests that are being served. */
@Component
class InFlight {

    /** One party for this itself, and one for each request. */
    private final Phaser requests = new Phaser(1);

    void begin() {
        requests.register();
    }

    void end() {
        requests.arriveAndDeregister();
    }

    /** Waits until there is none. To be called once. */
    void awaitNone() {
        requests.arriveAndAwaitAdvance();
    }
}
