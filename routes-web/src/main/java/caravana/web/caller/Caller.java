package caravana.web.caller;

import java.util.Collection;
import java.util.List;
import java.util.UUID;

/**
 * The authenticated sender of a request, from its token or API key. The engine puts it into the exchange property
 * {@code caller}. Nothing else in a request identifies the sender.
 *
 * @param id the account's id
 * @param email the e-mail address in the token; null when the token has none, and for an API key
 * @param roles {@code operator}, {@code user}, both or none
 * @param priorities the priorities that the caller may give to its videos
 */
public record Caller(UUID id, String email, List<String> roles, Priorities priorities) {

    /** The priorities that a caller may give to its videos. */
    public enum Priorities {
        /** Only the ordinary priority: an API key without the scope {@link #SCOPE}. */
        ORDINARY,
        /** The ordinary priority and lower ones: a user. */
        UP_TO_ORDINARY,
        /** All priorities: an operator, or an operator's key with the scope. */
        ALL;

        /** The scope that an API key needs for other priorities than the ordinary one. */
        public static final String SCOPE = "videos:priority";

        /** Returns the priorities that an account with these roles may use. */
        public static Priorities of(Collection<String> roles) {
            return roles.contains(OPERATOR) ? ALL : UP_TO_ORDINARY;
        }
    }

    /** The role of everybody who has an account. */
    public static final String USER = "user";

    /** The role of those who operate the deployment. */
    public static final String OPERATOR = "operator";

    /** Returns the account's id as text, for routes: {@code ${exchangeProperty.caller.id}}. */
    public String getId() {
        return id.toString();
    }
}
