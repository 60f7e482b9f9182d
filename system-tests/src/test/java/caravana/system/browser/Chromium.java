package caravana.system.browser;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;

/** The machine's own Chromium, headless. Selenium searches nothing elsewhere, and downloads nothing. */
public final class Chromium {

    private static final int WIDTH = 1120;
    private static final int HEIGHT = 800;

    // It warns of each new Chromium that it has no typed commands for it; none of those is used here.
    private static final Logger DEVTOOLS = Logger.getLogger("org.openqa.selenium.devtools");

    static {
        DEVTOOLS.setLevel(Level.SEVERE);
    }

    private Chromium() {}

    /** What is missing; null when nothing is. */
    public static String missing() {
        if (find("chromium").isEmpty()) {
            return "there is no chromium";
        }
        return find("chromedriver").isEmpty() ? "there is no chromedriver (package chromium-driver)" : null;
    }

    /**
     * Starts one.
     *
     * @param language what its user reads, {@code en} or {@code es}
     * @param downloads folder for what is saved
     * @param profile folder for what it keeps when it is closed; null for a new one each time
     */
    static ChromeDriver start(String language, Path downloads, Path profile) {
        LoggingPreferences logging = new LoggingPreferences();
        logging.enable(LogType.BROWSER, Level.ALL);
        ChromeOptions options = new ChromeOptions();
        options.setBinary(find("chromium").orElseThrow().toFile());
        options.setCapability(ChromeOptions.LOGGING_PREFS, logging);
        options.setExperimentalOption(
                "prefs", Map.of("intl.accept_languages", language, "download.default_directory", downloads.toString()));
        options.addArguments(
                "--headless=new",
                "--window-size=" + WIDTH + "," + HEIGHT,
                "--lang=" + language,
                "--disable-dev-shm-usage",
                "--disable-background-networking",
                "--no-first-run",
                "--hide-scrollbars");
        if (profile != null) {
            options.addArguments("--user-data-dir=" + profile.toAbsolutePath());
        }
        if (System.getProperty("user.name").equals("root")) {
            // Its sandbox refuses to work for root.
            options.addArguments("--no-sandbox");
        }
        ChromeDriverService service = new ChromeDriverService.Builder()
                .usingDriverExecutable(find("chromedriver").orElseThrow().toFile())
                .usingAnyFreePort()
                .build();
        return new ChromeDriver(service, options);
    }

    private static Optional<Path> find(String program) {
        return Arrays.stream(System.getenv("PATH").split(File.pathSeparator))
                .map(folder -> Path.of(folder, program))
                .filter(Files::isExecutable)
                .findFirst();
    }
}
