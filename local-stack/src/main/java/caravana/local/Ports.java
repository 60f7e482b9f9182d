package caravana.local;

import java.util.List;

/** The loopback ports of the stack: fixed ones, each with a setting, or free ones. */
enum Ports {
    WEB("web", "CARAVANA_WEB_PORT", 8080),
    WEB_MANAGEMENT("management of web", "CARAVANA_WEB_MANAGEMENT_PORT", 9080),
    WORKER_MANAGEMENT("management of the worker", "CARAVANA_WORKER_MANAGEMENT_PORT", 9081),
    POSTGRES("PostgreSQL", "CARAVANA_POSTGRES_PORT", 15432),
    REDIS("Redis", "CARAVANA_REDIS_PORT", 16379),
    SQS("SQS", "CARAVANA_SQS_PORT", 9324),
    S3("S3", "CARAVANA_S3_PORT", 9000),
    TRACES("traces", "CARAVANA_TRACES_PORT", 4318);

    private static final int MAX_PORT = 65535;

    private final String owner;
    private final String setting;
    private final int usual;

    Ports(String owner, String setting, int usual) {
        this.owner = owner;
        this.setting = setting;
        this.usual = usual;
    }

    /** The environment variables that set the ports of web and worker. */
    static List<String> appPorts() {
        return List.of(WEB.setting, WEB_MANAGEMENT.setting, WORKER_MANAGEMENT.setting);
    }

    /** The environment variable that sets it. */
    String setting() {
        return setting;
    }

    /**
     * The port that the setting names, or the usual one.
     *
     * @throws LocalStackException when it is no port number, or taken
     */
    int fixed() {
        int port = named();
        if (FreePort.isTaken(port)) {
            throw new LocalStackException("Port " + port + " (" + owner + ") is taken by another program; "
                    + "stop that program, or set " + setting + " to a free port");
        }
        return port;
    }

    /**
     * The same, whether somebody listens there or not.
     *
     * @throws LocalStackException when it is no port number
     */
    int named() {
        String value = System.getenv(setting);
        return value == null || value.isBlank() ? usual : number(value);
    }

    private int number(String value) {
        try {
            int port = Integer.parseInt(value.strip());
            if (port > 0 && port <= MAX_PORT) {
                return port;
            }
        } catch (NumberFormatException e) {
            // Refused below, as is a number out of range.
        }
        throw new LocalStackException(setting + " is '" + value + "'; it must be a port number from 1 to " + MAX_PORT);
    }
}
