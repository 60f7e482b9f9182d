package caravana.web.http;

import java.util.concurrent.Phaser;
import org.springframework.stereotype.Component;

/** Counts the requests in progress. */
@Component
public class InFlight {

    /** One party for this object, and one for each request. */
    private final Phaser requests = new Phaser(1);

    /** Counts a request that begins. */
    public void begin() {
        requests.register();
    }

    /** Stops counting a request that has ended. */
    public void end() {
        requests.arriveAndDeregister();
    }

    /** Waits until no request is in progress. Call it only once. */
    public void awaitNone() {
        requests.arriveAndAwaitAdvance();
    }
}
