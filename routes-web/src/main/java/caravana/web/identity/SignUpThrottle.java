package caravana.web.identity;

import caravana.web.http.Problem;
import caravana.web.http.RateLimit;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.springframework.stereotype.Component;

/** Slows down clients that create many accounts, or that test which e-mail addresses have one. */
@Component
class SignUpThrottle {

    private final IdentityProperties.SignUps limits;
    private final Lanes lanes;
    private final Pseudonyms pseudonyms;

    SignUpThrottle(IdentityProperties identity, Lanes lanes, Pseudonyms pseudonyms) {
        this.limits = identity.signUps();
        this.lanes = lanes;
        this.pseudonyms = pseudonyms;
    }

    /**
     * Counts a sign-up, even if it will fail.
     *
     * @param source see {@link Source}
     * @param report receives how many sign-ups are left, even when this one is refused
     * @throws Problem 429 {@code too_many_sign_ups}
     */
    Lanes.Place begin(String source, Consumer<RateLimit> report) {
        Lanes.Place place = lanes.reserve(
                List.of(lane(limits.perAddress(), "source:" + pseudonyms.of(source)), lane(limits.inTotal(), "total")));
        report.accept(place.rateLimit("sign-up"));
        if (!place.delay().isZero()) {
            throw Lanes.refusal("too_many_sign_ups", "Too many sign-ups", place.delay());
        }
        return place;
    }

    /** Reverses the count of a sign-up that could not be checked. */
    void giveBack(Lanes.Place place) {
        lanes.giveBack(place);
    }

    private Lane lane(int free, String name) {
        // Sign-ups beyond the limit are possible one by one, at the rate of the window.
        Duration delay = limits.window().dividedBy(free);
        return new Lane("sign-ups:" + name, free, limits.window(), delay, delay);
    }
}
