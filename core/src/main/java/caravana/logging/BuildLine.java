package caravana.logging;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Properties;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.event.ApplicationContextInitializedEvent;
import org.springframework.context.ApplicationListener;
import org.springframework.core.io.ClassPathResource;
import org.springframework.core.io.support.PropertiesLoaderUtils;

/** Writes the first line of the log, which names the build. */
public class BuildLine implements ApplicationListener<ApplicationContextInitializedEvent> {

    @Override
    public void onApplicationEvent(ApplicationContextInitializedEvent event) {
        try {
            Properties build =
                    PropertiesLoaderUtils.loadProperties(new ClassPathResource("META-INF/build-info.properties"));
            LoggerFactory.getLogger(BuildLine.class)
                    .info(
                            "caravana {}, commit {}, built {}",
                            build.getProperty("build.version"),
                            build.getProperty("build.commit"),
                            build.getProperty("build.time"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
