package caravana.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.web.ServerProperties;
import org.springframework.mock.env.MockEnvironment;

class LocalUserTest {

    private final MockEnvironment environment = new MockEnvironment();
    private final ServerProperties server = new ServerProperties();

    @Test
    void isThereOnLoopbackInTheLocalProfile() throws Exception {
        environment.setActiveProfiles("local");
        server.setAddress(InetAddress.getByName("127.0.0.1"));

        assertThat(new LocalUser(environment, server).id()).hasSize(36);
    }

    @Test
    void isRefusedOutsideTheLocalProfile() throws Exception {
        server.setAddress(InetAddress.getByName("127.0.0.1"));

        assertThatThrownBy(() -> new LocalUser(environment, server))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("SPRING_PROFILES_ACTIVE=local");
    }

    @Test
    void isRefusedOnAnyOtherInterface() throws Exception {
        environment.setActiveProfiles("local");
        assertThatThrownBy(() -> new LocalUser(environment, server)).hasMessageContaining("127.0.0.1");

        server.setAddress(InetAddress.getByName("0.0.0.0"));
        assertThatThrownBy(() -> new LocalUser(environment, server)).hasMessageContaining("server.address");
    }
}
