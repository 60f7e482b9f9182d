package caravana.web.identity;

import caravana.web.caller.Callers;
import caravana.web.caller.KeyText;
import caravana.web.credential.Credentials;
import caravana.web.credential.KnownKeys;
import org.springframework.security.authentication.AuthenticationManager;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.GrantedAuthority;
import org.springframework.security.core.authority.SimpleGrantedAuthority;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.oauth2.server.resource.authentication.BearerTokenAuthenticationToken;
import org.springframework.security.oauth2.server.resource.authentication.JwtAuthenticationConverter;
import org.springframework.security.oauth2.server.resource.authentication.JwtAuthenticationProvider;
import org.springframework.security.web.authentication.WebAuthenticationDetails;
import org.springframework.stereotype.Component;

/** Authenticates a request by its header {@code Authorization: Bearer}, which contains a token or an API key. */
@Component
class BearerAuthentication implements AuthenticationManager {

    private final JwtAuthenticationProvider tokens;
    private final KnownKeys keys;
    private final Credentials credentials;

    BearerAuthentication(JwtDecoder decoder, IdentityProperties identity, KnownKeys keys, Credentials credentials) {
        this.tokens = new JwtAuthenticationProvider(decoder);
        tokens.setJwtAuthenticationConverter(roles(identity));
        this.keys = keys;
        this.credentials = credentials;
    }

    private static JwtAuthenticationConverter roles(IdentityProperties identity) {
        JwtAuthenticationConverter converter = new JwtAuthenticationConverter();
        converter.setJwtGrantedAuthoritiesConverter(token -> Roles.of(token.getClaims(), identity.rolesClaim()).stream()
                .<GrantedAuthority>map(role -> new SimpleGrantedAuthority(Callers.ROLE_PREFIX + role))
                .toList());
        return converter;
    }

    @Override
    public Authentication authenticate(Authentication request) {
        BearerTokenAuthenticationToken bearer = (BearerTokenAuthenticationToken) request;
        if (KeyText.isKey(bearer.getToken())) {
            return keys.authenticate(
                    bearer.getToken(), ((WebAuthenticationDetails) bearer.getDetails()).getRemoteAddress());
        }
        Authentication token = tokens.authenticate(bearer);
        credentials.check(token);
        return token;
    }
}
