package caravana.web.identity;

import caravana.web.caller.KeyAuthentication;
import caravana.web.contract.Operations;
import caravana.web.http.ScopeMissing;
import jakarta.servlet.http.HttpServletRequest;
import java.util.function.Supplier;
import org.springframework.security.authorization.AuthorizationDecision;
import org.springframework.security.authorization.AuthorizationManager;
import org.springframework.security.core.Authentication;
import org.springframework.security.web.access.intercept.RequestAuthorizationContext;
import org.springframework.stereotype.Component;

/**
 * Decides which calls an API key may make: those whose scope in the OpenAPI document the key has. Tokens may make all
 * calls.
 */
@Component
class KeyScopes implements AuthorizationManager<RequestAuthorizationContext> {

    private static final AuthorizationDecision PERMITTED = new AuthorizationDecision(true);

    private final Operations operations;

    KeyScopes(Operations operations) {
        this.operations = operations;
    }

    /** @throws ScopeMissingException when the key does not permit the call */
    @Override
    // The method is deprecated in favour of one that calls it.
    @SuppressWarnings("deprecation")
    public AuthorizationDecision check(Supplier<Authentication> authentication, RequestAuthorizationContext context) {
        if (authentication.get() instanceof KeyAuthentication key) {
            checkScope(key, context.getRequest());
        }
        return PERMITTED;
    }

    private void checkScope(KeyAuthentication key, HttpServletRequest request) {
        String method = request.getMethod();
        String path = request.getRequestURI();
        if (operations.of(method, path).equals(Operations.UNKNOWN)) {
            // Unknown addresses get 404, as without a key.
            return;
        }
        String scope = operations.scope(method, path).orElse(null);
        if (scope == null) {
            throw new ScopeMissingException(ScopeMissing.ofAnyKey());
        }
        if (!key.hasScope(scope)) {
            throw new ScopeMissingException(new ScopeMissing(
                    scope,
                    "The API key " + key.prefix() + "… lacks the scope " + scope
                            + ". Use a key that has it; POST /api/keys creates one."));
        }
    }
}
