package caravana.web.identity;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The claims that common issuers put roles into. */
class RolesTest {

    private static final List<String> BOTH = List.of("operator", "user");

    @Test
    void ownTokens() {
        assertThat(Roles.of(Map.of("roles", List.of("user", "operator")), "roles"))
                .isEqualTo(BOTH);
    }

    @Test
    void keycloak() {
        Map<String, Object> claims = Map.of(
                "realm_access", Map.of("roles", List.of("offline_access", "user")),
                "resource_access",
                        Map.of(
                                "videos", Map.of("roles", List.of("operator")),
                                "videos.example.org", Map.of("roles", List.of("user", "operator"))));

        assertThat(Roles.of(claims, "realm_access.roles")).containsExactly("user");
        assertThat(Roles.of(claims, "resource_access.videos.roles")).containsExactly("operator");
        assertThat(Roles.of(claims, "resource_access.videos.example.org.roles")).isEqualTo(BOTH);
    }

    @Test
    void cognito() {
        assertThat(Roles.of(Map.of("cognito:groups", List.of("operator")), "cognito:groups"))
                .containsExactly("operator");
    }

    @Test
    void auth0() {
        String claim = "https://videos.example.org/roles";
        assertThat(Roles.of(Map.of(claim, List.of("user")), claim)).containsExactly("user");
    }

    @Test
    void entra() {
        Map<String, Object> claims = Map.of("roles", List.of("operator"), "scp", "openid user operator");
        assertThat(Roles.of(claims, "roles")).containsExactly("operator");
        assertThat(Roles.of(claims, "scp")).isEqualTo(BOTH);
    }

    @Test
    void whatIsNoListOfNamesGivesNoRole() {
        assertThat(Roles.of(Map.of(), "roles")).isEmpty();
        assertThat(Roles.of(Map.of("roles", 7), "roles")).isEmpty();
        assertThat(Roles.of(Map.of("roles", Map.of("operator", true)), "roles")).isEmpty();
        assertThat(Roles.of(Map.of("roles", List.of(7, List.of("operator"))), "roles"))
                .isEmpty();
        assertThat(Roles.of(Map.of("roles", "operators"), "roles")).isEmpty();
        assertThat(Roles.of(Map.of("a", List.of("operator")), "a.b")).isEmpty();
        assertThat(Roles.of(Map.of("a", Map.of("b", List.of("operator"))), "a."))
                .isEmpty();
    }
}
