package caravana.web;

import java.net.InetAddress;
import java.util.UUID;
import org.springframework.boot.autoconfigure.web.ServerProperties;
import org.springframework.core.env.Environment;
import org.springframework.core.env.Profiles;
import org.springframework.stereotype.Component;

/**
 * The one user while there is no log-in: whoever reaches this machine's loopback interface.
 *
 * <p>Routes use it as {@code bean:localUser?method=id}.
 */
@Component("localUser")
public class LocalUser {

    private static final UUID ID = UUID.fromString("00000000-0000-4000-8000-000000000001");

    /**
     * @throws IllegalStateException outside the profile {@code local}, or when the server would listen on more than the
     *     loopback interface: everybody would be this user
     */
    public LocalUser(Environment environment, ServerProperties server) {
        if (!environment.acceptsProfiles(Profiles.of("local"))) {
            throw new IllegalStateException("There is no log-in yet, so web runs on one machine only: "
                    + "set SPRING_PROFILES_ACTIVE=local and leave server.address at 127.0.0.1");
        }
        InetAddress address = server.getAddress();
        if (address == null || !address.isLoopbackAddress()) {
            throw new IllegalStateException("There is no log-in yet, so web listens on loopback only: "
                    + "set server.address to 127.0.0.1 (it is " + address + ")");
        }
    }

    /** The user's id. */
    public String id() {
        return ID.toString();
    }
}
