package caravana.worker;

import java.net.InetAddress;
import java.net.UnknownHostException;
import org.springframework.stereotype.Component;

/** What this worker is called: its machine and its process, so that no two are called the same. */
@Component
public class WorkerName {

    private final String name = hostName() + ":" + ProcessHandle.current().pid();

    private static String hostName() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException unnamed) {
            return "localhost";
        }
    }

    /** {@code host:process-id}. */
    public String get() {
        return name;
    }
}
