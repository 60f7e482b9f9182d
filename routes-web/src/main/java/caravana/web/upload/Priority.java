package caravana.web.upload;

import caravana.web.caller.Caller;
import caravana.web.caller.Caller.Priorities;
import caravana.web.http.InputText;
import caravana.web.http.Problem;
import caravana.web.http.ScopeMissing;
import org.apache.camel.Exchange;

/** The priority of a video, which its uploader chooses. */
final class Priority {

    /** The field or parameter with the priority. */
    static final String FIELD = "prioridad";

    /** The column with the priority. */
    static final String COLUMN = "priority";

    private static final int ORDINARY = 3;

    private Priority() {}

    /**
     * Reads the priority as the row stores it.
     *
     * @param text 1 to 5; null for the ordinary one
     * @param exchange its caller must be an operator for a higher priority than the ordinary one; an API key needs
     *     a scope for any other priority
     * @throws Problem 400 {@code invalid_request}; 403 {@code insufficient_scope} or {@code forbidden}
     */
    static int of(String text, Exchange exchange) {
        if (text == null) {
            return ORDINARY;
        }
        if (!text.strip().matches("[1-5]")) {
            throw Problem.invalid(FIELD + " is " + InputText.shown(text)
                    + ". Send a whole number from 1 (can wait) to 3 (ordinary); operators may send 4 and 5.");
        }
        int priority = Integer.parseInt(text.strip());
        Caller caller = exchange.getProperty("caller", Caller.class);
        if (priority != ORDINARY && caller.priorities() == Priorities.ORDINARY) {
            throw new ScopeMissing(
                    Priorities.SCOPE,
                    FIELD + " is " + priority + ", for which an API key needs the scope " + Priorities.SCOPE
                            + ". Leave it out, or use a key that has the scope; POST /api/keys creates one.");
        }
        if (priority > ORDINARY && caller.priorities() != Priorities.ALL) {
            throw new Problem(
                    403,
                    "forbidden",
                    FIELD + " is " + priority + ", which only operators may send. Send 1, 2 or 3, or leave it out.");
        }
        return priority;
    }
}
