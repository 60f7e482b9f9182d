package caravana.worker;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.properties.ConfigurationPropertiesScan;

/**
 * The app {@code routes-worker}: takes jobs from the queue, runs ffmpeg, and stores the results. Its routes are in
 * {@code camel/job/}.
 */
@SpringBootApplication(scanBasePackages = "caravana")
@ConfigurationPropertiesScan("caravana.worker")
public class WorkerApplication {

    /** Starts the worker; a context that does not start ends the process with a status other than 0. */
    public static void main(String[] args) {
        try {
            SpringApplication worker = new SpringApplication(WorkerApplication.class);
            worker.addInitializers(new DefaultSlots());
            worker.run(args);
        } catch (RuntimeException failedToStart) {
            // Spring has reported the failure. Without an exit, threads of clients and pools would keep the process
            // alive.
            System.exit(1);
        }
    }
}
