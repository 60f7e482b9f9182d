package caravana.web.identity;

import static org.springframework.security.authorization.AuthenticatedAuthorizationManager.authenticated;
import static org.springframework.security.authorization.AuthorityAuthorizationManager.hasRole;
import static org.springframework.security.authorization.AuthorizationManagers.allOf;

import caravana.web.caller.Caller;
import caravana.web.contract.Operations;
import caravana.web.health.HealthFilter;
import caravana.web.links.PresignedLinks;
import caravana.web.links.SegmentLinks;
import jakarta.servlet.DispatcherType;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.springframework.boot.actuate.autoconfigure.security.servlet.EndpointRequest;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.CsrfConfigurer;
import org.springframework.security.config.annotation.web.configurers.LogoutConfigurer;
import org.springframework.security.config.annotation.web.configurers.RequestCacheConfigurer;
import org.springframework.security.config.http.SessionCreationPolicy;
import org.springframework.security.config.observation.SecurityObservationSettings;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.header.writers.ReferrerPolicyHeaderWriter.ReferrerPolicy;

/** Configures which calls need authentication: all except those listed here need a token or an API key. */
@Configuration(proxyBeanMethods = false)
class SecurityConfiguration {

    private static final String[] OPEN_TO_ALL = {
        "/api/auth/signup",
        "/api/auth/login",
        "/api/auth/logout",
        "/api/auth/refresh",
        "/api/auth/password-reset",
        "/api/auth/password-reset/confirm",
        "/api/auth/confirm-email",
        // HealthFilter answers it; only methods that it does not support reach this chain.
        HealthFilter.PATH,
        "/api/health/ready",
        "/api/limits",
        "/api/transformations",
        // Players have a ticket instead of a token.
        "/api/videos/*/playback/**",
        "/api/openapi.yaml",
        "/api/docs",
        "/api/docs/**"
    };

    /** The page for people, and what it is made of. */
    private static final String[] PAGE = {"/", "/index.html", "/page/**"};

    /**
     * The content security policy of everything except the page. Only the page of Swagger UI needs its scripts and
     * styles.
     */
    private static final String CONTENT_POLICY =
            "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:;"
                    + " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    /**
     * The content security policy of the page. It shows objects of the bucket: {@code %1$s} is the address of S3 or of
     * the distribution. It plays segments from memory.
     */
    private static final String PAGE_POLICY = "default-src 'none'; script-src 'self'; style-src 'self';"
            + " img-src 'self' %1$s; media-src 'self' blob: %1$s; connect-src 'self' %1$s; base-uri 'none';"
            + " form-action 'self'; frame-ancestors 'none'";

    /**
     * Requests to the management port need no account: it listens only on loopback, and the metrics scraper has no
     * account.
     */
    @Bean
    @Order(0)
    SecurityFilterChain management(HttpSecurity http) throws Exception {
        return headers(
                        http.securityMatcher(EndpointRequest.toAnyEndpoint())
                                .authorizeHttpRequests(
                                        calls -> calls.anyRequest().permitAll()),
                        CONTENT_POLICY)
                .build();
    }

    @Bean
    @Order(0)
    SecurityFilterChain page(HttpSecurity http, PresignedLinks links, SegmentLinks segments) throws Exception {
        return headers(
                        http.securityMatcher(PAGE)
                                .authorizeHttpRequests(
                                        calls -> calls.anyRequest().permitAll()),
                        PAGE_POLICY.formatted(Stream.of(links.origin(), segments.origin())
                                .distinct()
                                .collect(Collectors.joining(" "))))
                .build();
    }

    /** Ignores a token on public calls: a client that logs in again may send its expired one. */
    @Bean
    @Order(1)
    SecurityFilterChain openToAll(HttpSecurity http) throws Exception {
        return headers(
                        http.securityMatcher(OPEN_TO_ALL)
                                .authorizeHttpRequests(
                                        calls -> calls.anyRequest().permitAll()),
                        CONTENT_POLICY)
                .build();
    }

    /**
     * Everyone may see which methods exist, and which an address does not accept: they are in the public OpenAPI
     * document.
     */
    @Bean
    @Order(1)
    SecurityFilterChain methods(HttpSecurity http, Operations operations) throws Exception {
        return headers(
                        http.securityMatcher(request -> isAnsweredToAll(
                                        request.getMethod(), operations.methods(request.getRequestURI())))
                                .authorizeHttpRequests(
                                        calls -> calls.anyRequest().permitAll()),
                        CONTENT_POLICY)
                .build();
    }

    /** @param taken the methods that the address supports; empty when the contract does not have the address */
    private static boolean isAnsweredToAll(String method, Set<String> taken) {
        return method.equals("OPTIONS") || method.equals("TRACE") || !taken.isEmpty() && !taken.contains(method);
    }

    @Bean
    @Order(2)
    SecurityFilterChain needsToken(HttpSecurity http, BearerAuthentication bearers, KeyScopes scopes, Refusals refusals)
            throws Exception {
        return headers(
                        http.authorizeHttpRequests(calls -> calls
                                        // A request that was accepted continues, even when it is dispatched again.
                                        .dispatcherTypeMatchers(DispatcherType.ASYNC, DispatcherType.ERROR)
                                        .permitAll()
                                        .requestMatchers("/api/ops/**")
                                        .access(allOf(scopes, hasRole(Caller.OPERATOR)))
                                        .anyRequest()
                                        .access(allOf(authenticated(), scopes)))
                                .oauth2ResourceServer(tokens -> tokens.authenticationManagerResolver(request -> bearers)
                                        .authenticationEntryPoint(refusals)
                                        .accessDeniedHandler(refusals))
                                .exceptionHandling(handling -> handling.authenticationEntryPoint(refusals)),
                        CONTENT_POLICY)
                .build();
    }

    private static HttpSecurity headers(HttpSecurity http, String contentPolicy) throws Exception {
        return http.headers(headers -> headers.contentSecurityPolicy(policy -> policy.policyDirectives(contentPolicy))
                        .referrerPolicy(referrer -> referrer.policy(ReferrerPolicy.NO_REFERRER)))
                .sessionManagement(sessions -> sessions.sessionCreationPolicy(SessionCreationPolicy.STATELESS))
                // The only cookie is that of a session. The two calls that use it refuse pages of other origins.
                .csrf(CsrfConfigurer::disable)
                .logout(LogoutConfigurer::disable)
                .requestCache(RequestCacheConfigurer::disable);
    }

    /**
     * Disables Spring's timers for each filter of each request, which nobody needs; {@code caravana.api} times the
     * calls.
     */
    @Bean
    SecurityObservationSettings securityObservations() {
        return SecurityObservationSettings.noObservations();
    }

    @Bean
    JwtDecoder jwtDecoder(IdentityProperties identity, Tokens tokens) {
        return identity.outside() ? new OutsideIssuer(identity) : tokens.decoder();
    }
}
