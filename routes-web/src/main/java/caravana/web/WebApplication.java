package caravana.web;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.properties.ConfigurationPropertiesScan;

/**
 * The app {@code routes-web}: the REST API, which receives uploads and returns their state and results. Its routes are
 * in {@code camel/}.
 */
@SpringBootApplication(scanBasePackages = "caravana")
@ConfigurationPropertiesScan("caravana.web")
public class WebApplication {

    /** Starts the app; a context that does not start ends the process with a status other than 0. */
    public static void main(String[] args) {
        try {
            SpringApplication.run(WebApplication.class, args);
        } catch (RuntimeException failedToStart) {
            // Spring has reported the failure. Without an exit, threads of clients and pools would keep the process
            // alive.
            System.exit(1);
        }
    }
}
