package caravana.statement;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.camel.CamelContext;
import org.apache.camel.support.ResourceHelper;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Lazy;
import org.springframework.stereotype.Component;

/** The SQL files of the routes. Each is read once. */
@Component
public class StatementFiles {

    private final CamelContext camel;
    private final String location;
    private final Map<String, StatementText> texts = new ConcurrentHashMap<>();

    StatementFiles(@Lazy CamelContext camel, @Value("${caravana.routes.location}") String location) {
        this.camel = camel;
        this.location = location;
    }

    /**
     * Returns the statement of a file.
     *
     * @throws StatementRefusedException when the file does not exist, or a setting in it is wrong
     */
    StatementText get(String file) {
        return texts.computeIfAbsent(file, this::read);
    }

    /**
     * Reads edited files again. Steps run the former statements until the caller runs the result, which replaces all of
     * them at once.
     *
     * @param edited paths below the routes' folder; files that no step runs are ignored
     * @throws StatementRefusedException as {@link #get}
     */
    public Runnable reread(Collection<String> edited) {
        Map<String, StatementText> read = new HashMap<>();
        edited.stream().filter(texts::containsKey).forEach(file -> read.put(file, read(file)));
        return () -> texts.putAll(read);
    }

    private StatementText read(String file) {
        try (InputStream in = ResourceHelper.resolveMandatoryResourceAsInputStream(camel, location + "/" + file)) {
            return StatementText.parse(
                    file, new String(in.readAllBytes(), StandardCharsets.UTF_8), camel::resolvePropertyPlaceholders);
        } catch (FileNotFoundException e) {
            throw new StatementRefusedException("There is no SQL file " + file + " in " + location, e);
        } catch (IOException e) {
            throw new StatementRefusedException("The SQL file " + file + " cannot be read: " + e.getMessage(), e);
        }
    }
}
