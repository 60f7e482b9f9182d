package caravana.web;

import static caravana.web.Api.assertProblem;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Finding one's videos: search, order, pages and their count. */
class ListVideosTest extends WebTest {

    /** In the order of their titles: by letters, whatever their case and accents. */
    private static final List<String> TITLES =
            List.of("árbol", "Arco", "arco iris", "Bogotá", "bogota", "ÑANDÚ", "nube", "Über", "Zoo", "видео", "動画");

    private Api user;

    @BeforeEach
    void signUp() throws Exception {
        user = user();
    }

    @ParameterizedTest
    @ValueSource(strings = {"uploaded_at", "-uploaded_at", "title", "-title"})
    void pagesHaveEachVideoOnceInOrderWhateverIsUploadedMeanwhile(String sort) throws Exception {
        List<String> shuffled = new ArrayList<>(TITLES);
        Collections.rotate(shuffled, 5);
        for (int i = 0; i < shuffled.size(); i++) {
            insert(shuffled.get(i), null, i);
        }
        List<String> wanted = new ArrayList<>(sort.endsWith("title") ? TITLES : shuffled);
        // Of the same words, the ids decide.
        wanted.removeIf("bogota"::equals);
        if (sort.startsWith("-")) {
            Collections.reverse(wanted);
        }

        List<String> seen = new ArrayList<>();
        List<String> pages = new ArrayList<>();
        String next = "/api/videos?limit=3&sort=" + sort;
        while (next != null) {
            HttpResponse<String> page = page(next);
            Api.json(page).forEach(video -> seen.add(video.path("title").asText()));
            pages.add(page.body());
            // Before everything that has been shown, and behind everything.
            insert("0 new, before " + pages.size(), null, -pages.size());
            insert("0 new, behind " + pages.size(), null, 100 + pages.size());
            next = pages.size() > TITLES.size() ? null : next(page);
        }

        assertThat(seen).doesNotHaveDuplicates();
        seen.removeIf(title -> title.startsWith("0 new") || title.equals("bogota"));
        assertThat(seen).isEqualTo(wanted);
    }

    @Test
    void titlesThatBeginAlikeHaveAnOrderToo() throws Exception {
        for (int i = 0; i < 7; i++) {
            insert("Ein sehr langer Titel, ".repeat(8) + i, null, i);
        }
        List<String> seen = new ArrayList<>();
        for (String next = "/api/videos?limit=2&sort=title"; next != null; ) {
            HttpResponse<String> page = page(next);
            Api.json(page).forEach(video -> seen.add(video.path("video_id").asText()));
            next = next(page);
        }
        assertThat(seen).hasSize(7).isSorted();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            bogota    | 2
            BOGOTÁ    | 2
            bogotá    | 2
            nandu     | 1
            arco      | 2
            ВИДЕО     | 1
            画        | 1
            '  arco ' | 2
            clip_1    | 1
            CLIP%1    | 0
            lima      | 1
            \\        | 0
            """)
    void searchLooksIntoTitlesAndFileNamesWithoutCaseAndAccents(String q, int found) throws Exception {
        for (String title : TITLES) {
            insert(title, "clip.mov", 1);
        }
        insert("without a name", null, 2);
        insert("one", "Viaje a LÍMA clip_1.mp4", 3);
        String query = "/api/videos?count=true&q=" + URLEncoder.encode(q, StandardCharsets.UTF_8);

        HttpResponse<String> answer = page(query);

        assertThat(Api.json(answer)).hasSize(found);
        assertThat(total(answer)).isEqualTo(found);
    }

    @Test
    void theCountIsThatOfTheWholeFilter() throws Exception {
        for (int i = 0; i < 5; i++) {
            insert("clip " + i, null, i);
        }
        String failed = insert("clip that failed", null, 5);
        set(failed, "status = 'failed', failed_at = now(), error_code = 'x'");
        set(insert("clip that goes", null, 6), "status = 'deleting', lease_until = now() + interval '1 hour'");
        insert("another", null, 7);
        Api other = user();
        uploaded(other);

        assertThat(total(page("/api/videos?limit=2&count=true"))).isEqualTo(7);
        HttpResponse<String> first = page("/api/videos?limit=2&count=true&q=clip&sort=title");
        assertThat(total(first)).isEqualTo(6);
        assertThat(total(page(next(first)))).as("on the next page").isEqualTo(6);
        assertThat(total(page("/api/videos?limit=2&count=true&q=clip&status=failed")))
                .isEqualTo(1);
        assertThat(total(page("/api/videos?count=true&q=nothing"))).isZero();
        assertThat(page("/api/videos").headers().firstValue("X-Total-Count")).isEmpty();
        assertThat(page("/api/videos?count=false").headers().firstValue("X-Total-Count"))
                .isEmpty();
    }

    @Test
    void whatIsNotInTheContractIsRefused() throws Exception {
        for (int i = 0; i < 3; i++) {
            insert("clip " + i, null, i);
        }
        String byTitle = next(page("/api/videos?limit=1&sort=title"));
        String byTime = next(page("/api/videos?limit=1"));
        for (String path : List.of(
                "/api/videos?sort=name",
                "/api/videos?sort=",
                "/api/videos?count=yes",
                "/api/videos?q=",
                "/api/videos?q=a%00b",
                "/api/videos?q=" + "x".repeat(201),
                byTitle.replace("sort=title", "sort=uploaded_at"),
                byTime + "&sort=title")) {
            assertProblem(user.get(path), 400, "invalid_request");
        }
    }

    private HttpResponse<String> page(String path) throws Exception {
        HttpResponse<String> page = user.get(path);
        assertThat(page.statusCode()).as(path + page.body()).isEqualTo(200);
        return page;
    }

    private static String next(HttpResponse<String> page) {
        Matcher link = Pattern.compile("<(.*)>; rel=\"next\"")
                .matcher(page.headers().firstValue("Link").orElse(""));
        return link.matches() ? link.group(1) : null;
    }

    private static int total(HttpResponse<String> answer) {
        return Integer.parseInt(answer.headers().firstValue("X-Total-Count").orElseThrow());
    }

    /** @param minute of its upload */
    private String insert(String title, String fileName, int minute) throws Exception {
        String id = UUID.randomUUID().toString();
        jdbc.update(
                "INSERT INTO videos (id, owner_id, status, title, original_name, original_key, transformations,"
                        + " expires_at, uploaded_at, published_at) VALUES (CAST(? AS uuid), CAST(? AS uuid), 'uploaded',"
                        + " ?, ?, ?, '[]', now(), TIMESTAMPTZ '2026-01-01 12:00Z' + make_interval(mins => ?), now())",
                id,
                user.subject(),
                title,
                fileName,
                "uploads/" + id + ".mp4",
                minute);
        return id;
    }
}
