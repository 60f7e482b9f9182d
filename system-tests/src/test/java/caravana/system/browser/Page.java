package caravana.system.browser;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import caravana.test.Waits;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.logging.Level;
import java.util.stream.Collectors;
import org.openqa.selenium.By;
import org.openqa.selenium.Dimension;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.WebDriverException;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.WindowType;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.interactions.Actions;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;

/** The page in a browser, as a person has it before their eyes. */
public final class Page implements AutoCloseable {

    static final Duration SOON = Waits.LIMIT;
    static final Duration JOB = Waits.LIMIT;

    /** Of each account that signs up. */
    public static final String PASSWORD = "a good password";

    static final Path SCREENSHOTS = Path.of("target", "screenshots");

    private static final String AXE = read("/axe.min.js");

    private final ChromeDriver browser;
    private final URI web;

    private Page(ChromeDriver browser, URI web) {
        this.browser = browser;
        this.web = web;
    }

    private static String read(String resource) {
        try (InputStream in = Page.class.getResourceAsStream(resource)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Opens it in a new browser. */
    public static Page open(URI web, String language, Path downloads) {
        return open(web, language, downloads, null);
    }

    /** Opens it in a browser that has a profile of its own, or has had it before. */
    static Page open(URI web, String language, Path downloads, Path profile) {
        Page page = new Page(Chromium.start(language, downloads, profile), web);
        page.visit();
        return page;
    }

    /** Goes to the page's address. */
    void visit() {
        browser.get(web.resolve("/").toString());
        see("main *");
    }

    /** Follows a link from elsewhere, in the same tab. */
    void go(String address) {
        // From one place of the page to another one, the browser would load nothing.
        browser.get("about:blank");
        browser.get(address);
        see("main *");
    }

    /** Waits until an element is to be seen. */
    public WebElement see(String selector) {
        return see(selector, SOON);
    }

    /** The same with a patience of its own. */
    public WebElement see(String selector, Duration patience) {
        return await().atMost(patience)
                .pollInterval(Duration.ofMillis(50))
                .ignoreExceptionsInstanceOf(WebDriverException.class)
                .until(() -> browser.findElement(By.cssSelector(selector)), WebElement::isDisplayed);
    }

    /** Waits until an element has a text that contains that. */
    public void see(String selector, String text, Duration patience) {
        await().atMost(patience)
                .pollInterval(Duration.ofMillis(50))
                .ignoreExceptionsInstanceOf(WebDriverException.class)
                .untilAsserted(() -> assertThat(
                                browser.findElement(By.cssSelector(selector)).getText())
                        .contains(text));
    }

    /** How many elements there are. */
    int count(String selector) {
        return browser.findElements(By.cssSelector(selector)).size();
    }

    String text(String selector) {
        return see(selector).getText();
    }

    /** What the elements say, in their order. */
    List<String> texts(String selector) {
        @SuppressWarnings("unchecked")
        List<String> texts = (List<String>) run(
                "return [...document.querySelectorAll(arguments[0])].map(element => element.textContent)", selector);
        return texts;
    }

    /** Clicks an element as soon as it is to be seen. */
    public void click(String selector) {
        see(selector).click();
    }

    /** Moves the mouse over an element, to that share of its width. */
    void hover(String selector, double share) {
        at(selector, share).perform();
    }

    /** Clicks there. */
    void click(String selector, double share) {
        at(selector, share).click().perform();
    }

    private Actions at(String selector, double share) {
        WebElement element = see(selector);
        run("arguments[0].scrollIntoView({block: 'center'})", element);
        int fromTheMiddle = (int) Math.round((share - 0.5) * element.getSize().getWidth());
        return new Actions(browser).moveToElement(element, fromTheMiddle, 0);
    }

    /** Types a text in place of what is in a field. */
    public void type(String selector, String text) {
        WebElement field = see(selector);
        field.clear();
        field.sendKeys(text);
    }

    /** Types to whatever has the focus. */
    void press(CharSequence... keys) {
        browser.switchTo().activeElement().sendKeys(keys);
    }

    WebElement focused() {
        return browser.switchTo().activeElement();
    }

    /** Signs a new account up, and waits for its empty list. */
    public String signUp() {
        String email = "user-" + UUID.randomUUID() + "@example.org";
        click(".switch button");
        type("[name=first_name]", "Ana");
        type("[name=last_name]", "Núñez");
        type("[name=city]", "Bogotá");
        type("[name=country]", "Colombia");
        type("[name=email]", email);
        type("[name=password1]", PASSWORD);
        type("[name=password2]", PASSWORD);
        click("form button[type=submit]");
        see(".drop");
        return email;
    }

    void signIn(String email, String password) {
        type("[name=email]", email);
        type("[name=password]", password);
        click("form button[type=submit]");
        see(".drop");
    }

    /** Picks files, and waits until they are shown. */
    void pick(Path... files) {
        pickOnly(files);
        see(".uploads input[name=title]");
    }

    /** Picks files; a headless browser has no window to do so in. */
    void pickOnly(Path... files) {
        pickFor("file", files);
    }

    /** Picks files for the input of that id. */
    void pickFor(String id, Path... files) {
        browser.findElement(By.id(id))
                .sendKeys(Arrays.stream(files)
                        .map(file -> file.toAbsolutePath().toString())
                        .collect(Collectors.joining("\n")));
    }

    /** Picks a file, titles and uploads it. */
    public void upload(Path file, String title) {
        pick(file);
        type(".uploads input[name=title]", title);
        click(".uploads button[type=submit]");
    }

    /** Takes an option of a list. */
    public void choose(String id, String value) {
        run(
                "const list = document.getElementById(arguments[0]); list.value = arguments[1];"
                        + " list.dispatchEvent(new Event('change'))",
                id,
                value);
    }

    /** Opens the page in a second tab too, and stays there. */
    void openTab() {
        browser.switchTo().newWindow(WindowType.TAB);
        visit();
    }

    /** Closes the tab that was there first. */
    void closeFirstTab() {
        String here = browser.getWindowHandle();
        List<String> others = browser.getWindowHandles().stream()
                .filter(tab -> !tab.equals(here))
                .toList();
        browser.switchTo().window(others.get(0)).close();
        browser.switchTo().window(here);
    }

    /** What a script in the page answers. */
    Object run(String script, Object... arguments) {
        return browser.executeScript(script, arguments);
    }

    /** The language that the page is in, as a code. */
    String language() {
        return run("return document.documentElement.lang").toString();
    }

    double number(String script) {
        return run("return " + script) instanceof Number number ? number.doubleValue() : Double.NaN;
    }

    /** Whether elements are shown, and each is within the width of the window. */
    boolean fit(String selector) {
        return Boolean.TRUE.equals(run(
                "const all = [...document.querySelectorAll(arguments[0])].map(element => element.getBoundingClientRect());"
                        + " return all.length > 0 && all.every(box => box.width > 0 && box.left >= 0 && box.right <= innerWidth)",
                selector));
    }

    /** A number that the player has, such as its {@code duration} in seconds; NaN until there is a player that knows it. */
    double player(String property) {
        return number("document.querySelector('video')?." + property);
    }

    /** Sends and receives that many bytes a second at most; 0 for as many as it can. */
    void throttle(int bytesPerSecond) {
        int limit = bytesPerSecond == 0 ? -1 : bytesPerSecond;
        browser.executeCdpCommand("Network.enable", Map.of());
        browser.executeCdpCommand(
                "Network.emulateNetworkConditions",
                Map.of("offline", false, "latency", 0, "downloadThroughput", limit, "uploadThroughput", limit));
    }

    /** Lets no request to addresses like that out. */
    void block(String pattern) {
        browser.executeCdpCommand("Network.enable", Map.of());
        browser.executeCdpCommand("Network.setBlockedURLs", Map.of("urls", List.of(pattern)));
    }

    /** Takes the network away, or gives it back. */
    void offline(boolean off) {
        browser.executeCdpCommand("Network.enable", Map.of());
        browser.executeCdpCommand(
                "Network.emulateNetworkConditions",
                Map.of("offline", off, "latency", 0, "downloadThroughput", -1, "uploadThroughput", -1));
    }

    /** Prefers {@code light} or {@code dark}, as the user of a device sets it. */
    void prefer(String scheme) {
        browser.executeCdpCommand(
                "Emulation.setEmulatedMedia",
                Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", scheme))));
    }

    /** Makes the window as small as a phone's, and prefers dark colours. */
    void onADarkPhone() {
        resize(360, 740);
        prefer("dark");
    }

    /** Gets the size and the density of a phone, or any other. */
    void resize(int width, int height) {
        browser.executeCdpCommand(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", false));
        browser.manage().window().setSize(new Dimension(width, height));
    }

    /** Leaves a picture of what is to be seen. */
    void screenshot(String name) throws IOException {
        Files.createDirectories(SCREENSHOTS);
        Files.write(SCREENSHOTS.resolve(name + ".png"), picture());
    }

    /** A picture of what is to be seen, as PNG. */
    byte[] picture() {
        return browser.getScreenshotAs(OutputType.BYTES);
    }

    /** Leaves a picture of the whole page, also of what is below the screen. */
    void wholeScreenshot(String name) throws IOException {
        Files.createDirectories(SCREENSHOTS);
        Object data = browser.executeCdpCommand(
                        "Page.captureScreenshot", Map.of("format", "png", "captureBeyondViewport", true))
                .get("data");
        Files.write(SCREENSHOTS.resolve(name + ".png"), Base64.getDecoder().decode(data.toString()));
    }

    /** Waits for a promise of a script in the page. */
    Object promised(String script) {
        return browser.executeAsyncScript("const done = arguments[0]; (" + script + ").then(done)");
    }

    /** What of the page, as it is now, people with a screen reader, a keyboard or weak eyes cannot use (axe-core). */
    List<String> barriers() {
        run(AXE);
        @SuppressWarnings("unchecked")
        List<String> found =
                (List<String>) promised("axe.run().then(({violations}) => violations.flatMap(({id, nodes}) =>"
                        + " nodes.map(({html}) => id + ': ' + html)))");
        return found;
    }

    /** The elements that reach past the window's right edge, those of a part that scrolls among them. */
    @SuppressWarnings("unchecked")
    List<String> beyondTheEdge() {
        return (List<String>) run("return [...document.querySelectorAll('body *')]"
                + ".filter(each => each.getBoundingClientRect().right > innerWidth)"
                + ".map(each => each.outerHTML.slice(0, 120))");
    }

    int windows() {
        return browser.getWindowHandles().size();
    }

    /** Errors that the browser has told since this was last asked: failed requests, violated policies, uncaught errors. */
    List<String> errors() {
        return browser.manage().logs().get(LogType.BROWSER).getAll().stream()
                .filter(entry -> entry.getLevel().intValue() >= Level.WARNING.intValue())
                .map(LogEntry::getMessage)
                // A file that is opened in a tab of its own has no icon; the page names its own.
                .filter(message -> !message.contains("/favicon.ico "))
                .toList();
    }

    @Override
    public void close() {
        browser.quit();
    }
}
