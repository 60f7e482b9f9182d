package caravana.test;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.springframework.test.context.TestContext;
import org.springframework.test.context.support.AbstractTestExecutionListener;

/**
 * Writes the ids of the route steps that a test class has executed to {@code target/route-coverage/CLASS.txt}, one in
 * each line. Camel's own {@code EnableRouteCoverage} writes all routes as XML after each method, which took most of the
 * time of these tests.
 */
public final class StepCoverage extends AbstractTestExecutionListener {

    private static final Path FOLDER = Path.of("target/route-coverage");

    /** With the order that is the default, the last, it comes before the context is closed. */
    @Override
    public void afterTestClass(TestContext test) throws Exception {
        note(test.getTestClass());
    }

    /**
     * Adds what the Camel contexts of this JVM have executed; of tests without Spring, before each context ends.
     *
     * @param test whose file it is
     */
    public static void note(Class<?> test) throws IOException, JMException {
        Set<String> executed = executed(ManagementFactory.getPlatformMBeanServer());
        if (!executed.isEmpty()) {
            Path file = Files.createDirectories(FOLDER).resolve(test.getName() + ".txt");
            if (Files.exists(file)) {
                executed.addAll(Files.readAllLines(file));
            }
            Files.write(file, executed);
        }
    }

    private static Set<String> executed(MBeanServer server) throws JMException {
        Set<String> executed = new TreeSet<>();
        for (ObjectName step : server.queryNames(new ObjectName("org.apache.camel:type=processors,*"), null)) {
            if ((long) server.getAttribute(step, "ExchangesTotal") > 0) {
                executed.add((String) server.getAttribute(step, "ProcessorId"));
            }
        }
        return executed;
    }
}
