package caravana.web.caller;

import java.util.Collection;
import java.util.List;
import java.util.UUID;

/**
 * The authenticated sender of a request, from its token or API key. The engine puts it into the exchange property
 * {@code caller}. Nothing else in a request identifies the sender.
 *
 * @param id the account's id
 * @param email the e-mail address that the token names; null when it names none, and for an API key
 * @param roles {@code operator}, {@code user}, both or none
 * @param priorities those that the caller may give its videos
 */
public record Caller(UUID id, String email, List<String> roles, Priorities priorities) {

    /** Which priorities a caller may give its videos. */
    public enum Priorities {
        /** The ordinary one alone: an API key without the scope {@link #SCOPE}. */
        ORDINARY,
        /** The ordinary one and those below it. */
        UP_TO_ORDINARY,
        /** All: an operator, or an operator's key with the scope. */
        ALL;

        /** What an API key needs for any other than the ordinary one. */
        public static final String SCOPE = "videos:priority";

        /** Those of an account with these roles. */
        public static Priorities of(Collection<String> roles) {
            return roles.contains(OPERATOR) ? ALL : UP_TO_ORDINARY;
        }
    }

    /** The role of everybody who has an account. */
    public static final String USER = "user";

    /** The role of those who operate the deployment. */
    public static final String OPERATOR = "operator";

    /** For routes: {@code ${exchangeProperty.caller.id}}. */
    public String getId() {
        return id.toString();
    }
}
