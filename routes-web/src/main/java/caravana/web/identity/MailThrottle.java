package caravana.web.identity;

import caravana.web.http.Problem;
import caravana.web.http.RateLimit;
import caravana.web.mail.MailProperties;
import caravana.web.mail.Mails;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.springframework.stereotype.Component;

/** Limits the mails that clients can request. */
@Component
class MailThrottle {

    private final MailProperties.Limits limits;
    private final Lanes lanes;
    private final Pseudonyms pseudonyms;

    MailThrottle(Mails mails, Lanes lanes, Pseudonyms pseudonyms) {
        this.limits = mails.limits();
        this.lanes = lanes;
        this.pseudonyms = pseudonyms;
    }

    /**
     * Counts a requested mail, even if it will not be sent.
     *
     * @param recipient the e-mail address, even if no account has it
     * @param source see {@link caravana.web.http.Source}
     * @param report receives how many mails are left, even when this one is refused
     * @throws Problem 429 {@code too_many_mails}
     */
    void begin(String recipient, String source, Consumer<RateLimit> report) {
        Lanes.Place place = lanes.reserve(List.of(
                lane(limits.perRecipient(), "recipient:" + pseudonyms.of(recipient)),
                lane(limits.perAddress(), "source:" + pseudonyms.of(source)),
                lane(limits.inTotal(), "total")));
        report.accept(place.rateLimit("mail"));
        if (!place.delay().isZero()) {
            throw Lanes.refusal("too_many_mails", "Too many mails", place.delay());
        }
    }

    private Lane lane(int free, String name) {
        // Mails beyond the limit are possible one by one, at the rate of the window.
        Duration delay = limits.window().dividedBy(free);
        return new Lane("mails:" + name, free, limits.window(), delay, delay);
    }
}
