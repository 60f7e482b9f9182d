package caravana.web.http;

import java.util.concurrent.Phaser;
import org.springframework.stereotype.Component;

/** Counts the requests in progress. */
@Component
public class InFlight {

    /** One party for this itself, and one for each request. */
    private final Phaser requests = new Phaser(1);

    /** A request has begun. */
    public void begin() {
        requests.register();
    }

    /** A request that had begun has ended. */
    public void end() {
        requests.arriveAndDeregister();
    }

    /** Waits until there is none. To be called once. */
    public void awaitNone() {
        requests.arriveAndAwaitAdvance();
    }
}
