package caravana.worker;

import java.net.InetAddress;
import java.net.UnknownHostException;
import org.springframework.stereotype.Component;

/** The unique name of this worker: its machine and its process id. */
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
