package caravana.worker;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.properties.ConfigurationPropertiesScan;

/** The media worker: takes jobs from the queue, runs ffmpeg, stores the results. Its flow is {@code camel/job/}. */
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
            // Spring has reported it. Threads of clients and pools would keep the process alive, serving nothing.
            System.exit(1);
        }
    }
}
