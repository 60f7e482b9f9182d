package caravana.system.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import caravana.system.routes.RouteCopy;
import caravana.test.Sample;
import caravana.test.SampledClass;
import caravana.test.Samples;
import caravana.test.Waits;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** A video with renditions that several workers encode in parts, while players get its playlists. */
@SampledClass(turn = 3)
class StreamPartsTest extends PartsFixture {

    private static final String ASKED = "transcodificacion,hls";
    private static final String SIZE = "640x360";
    private static final Pattern ADDRESS = Pattern.compile("URI=\"([^\"]+)\"");

    /** The parts of a video whose runs are held. */
    private static final int PARTS = 4;

    /** What players have got so far of each rendition, by the address of its playlist without the ticket. */
    private final Map<String, List<String>> listed = new HashMap<>();

    /** The same playlists, with tickets. */
    private final Map<String, URI> playlists = new HashMap<>();

    /** The segments of these playlists, with tickets. */
    private final Map<String, List<URI>> segments = new HashMap<>();

    /** The number of addresses that the renditions may have had. */
    private int streams = 1;

    private int looks;

    /** Gets all playlists, as a player does, none of which may lose or change anything that it has listed. */
    @Override
    void look(String id) throws Exception {
        JsonNode video = json.readTree(
                client.get(cluster.web().uri().resolve("/api/videos/" + id)).body());
        if (!video.hasNonNull("playback_url")) {
            assertThat(listed).as("a player that has begun").isEmpty();
            return;
        }
        URI master = cluster.web().uri().resolve(video.path("playback_url").asText());
        String text = client.get(master).body();
        List<String> addresses = new ArrayList<>();
        text.lines().forEach(line -> {
            Matcher named = ADDRESS.matcher(line);
            if (line.startsWith("#EXT-X-MEDIA") && named.find()) {
                addresses.add(named.group(1));
            } else if (!line.startsWith("#") && !line.isBlank()) {
                addresses.add(line);
            }
        });
        assertThat(addresses).as(text).hasSize(3);
        Set<String> earlier = new HashSet<>(listed.keySet());
        for (String address : addresses) {
            String name = withoutTicket(address);
            earlier.remove(name);
            playlists.put(name, master.resolve(address));
            HttpResponse<String> answer = client.get(playlists.get(name));
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
            compare(id, name, answer.body());
        }
        assertThat(playlists).as("addresses of three renditions").hasSizeLessThanOrEqualTo(3 * streams);
        // Players of the earlier renditions have these addresses until the result exists.
        for (String name : earlier) {
            HttpResponse<String> answer = client.get(playlists.get(name));
            if (answer.statusCode() == 404) {
                assertThat(column(id, "status")).as(answer.body()).isEqualTo("processed");
            } else {
                compare(id, name, answer.body());
            }
        }
        looks++;
    }

    private void compare(String id, String name, String playlist) throws Exception {
        List<String> lines = playlist.lines()
                .filter(line -> line.startsWith("#EXTINF") || line.startsWith("#EXT-X-MAP") || !line.startsWith("#"))
                .toList();
        List<String> now = lines.stream().map(StreamPartsTest::withoutTicket).toList();
        List<String> before = listed.getOrDefault(name, List.of());
        assertThat(now).as("%s after %d looks", name, looks).hasSizeGreaterThanOrEqualTo(before.size());
        assertThat(now.subList(0, before.size()))
                .as("%s after %d looks", name, looks)
                .isEqualTo(before);
        if (playlist.contains("#EXT-X-ENDLIST")) {
            // The job may have ended since this look began.
            assertThat(column(id, "status")).as(playlist).isEqualTo("processed");
        }
        listed.put(name, now);
        segments.put(
                name,
                lines.stream()
                        .filter(line -> !line.startsWith("#"))
                        .map(playlists.get(name)::resolve)
                        .toList());
    }

    private static String withoutTicket(String line) {
        return line.replaceFirst("\\?.*", "");
    }

    /** How many segments of a rendition players know. */
    private int segments(String rendition) {
        return segments.entrySet().stream()
                .filter(playlist -> playlist.getKey().contains("/" + rendition + "/"))
                .mapToInt(playlist -> playlist.getValue().size())
                .sum();
    }

    /** Checks that players still get all segments that were listed. */
    private void getSegments() throws Exception {
        HttpClient player = HttpClient.newBuilder()
                .followRedirects(HttpClient.Redirect.NORMAL)
                .build();
        for (List<URI> each : segments.values()) {
            for (URI segment : each) {
                HttpRequest request = HttpRequest.newBuilder(segment).build();
                assertThat(player.send(request, BodyHandlers.ofByteArray()).statusCode())
                        .as(segment.getPath())
                        .isEqualTo(200);
            }
        }
    }

    /** Waits as a player that looks all the time. */
    private void awaitWatched(String id, Callable<Boolean> reached) {
        await().atMost(Waits.LIMIT).pollInterval(OFTEN).until(() -> {
            look(id);
            assertThat(column(id, "status")).isNotEqualTo("failed");
            return reached.call();
        });
    }

    private void awaitProcessedWatched(String id) {
        awaitWatched(id, () -> column(id, "status").equals("processed"));
    }

    private void awaitHeld(String id, Place place, FaultyWorker worker) {
        awaitWatched(id, () -> isHeld(place, worker));
    }

    /** How many segments the renditions have. */
    private int stored(String id) throws Exception {
        return number("SELECT count(*) FROM played_renditions('" + id + "') made JOIN segments segment"
                + " ON segment.video_id = made.video_id AND segment.claim_token = made.claim_token"
                + " AND segment.rendition = made.name WHERE segment.number > 0");
    }

    /** A rendition's segments, one after the other, as they are in the bucket. */
    private byte[] whole(String id, String rendition) throws Exception {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        String keys = cluster.query("SELECT string_agg(made.folder || made.name || '/' || segment.number || '.mp4', ','"
                + " ORDER BY segment.number) FROM played_renditions('" + id + "') made JOIN segments segment"
                + " ON segment.video_id = made.video_id AND segment.claim_token = made.claim_token"
                + " AND segment.rendition = made.name WHERE made.name = '" + rendition + "'");
        for (String key : keys.split(",")) {
            all.writeBytes(s3.getObjectAsBytes(
                            g -> g.bucket(cluster.setting("S3_BUCKET")).key(key))
                    .asByteArray());
        }
        return all.toByteArray();
    }

    /** Checks that each fragment begins where the previous one ends, and returns the number of samples. */
    private static int contiguous(byte[] file, String name) {
        ByteBuffer bytes = ByteBuffer.wrap(file);
        long at = 0;
        int samples = 0;
        for (int offset = 0; offset < file.length; offset += bytes.getInt(offset)) {
            if (!type(bytes, offset).equals("moof")) {
                continue;
            }
            int fragment = within(bytes, offset, "traf");
            int decoded = within(bytes, fragment, "tfdt");
            long start = bytes.get(decoded + 8) == 1
                    ? bytes.getLong(decoded + 12)
                    : Integer.toUnsignedLong(bytes.getInt(decoded + 12));
            assertThat(start).as("decode time in " + name).isEqualTo(at);
            int run = within(bytes, fragment, "trun");
            int flags = bytes.getInt(run + 8) & 0xffffff;
            int count = bytes.getInt(run + 12);
            int next = run + 16 + ((flags & 0x1) != 0 ? 4 : 0) + ((flags & 0x4) != 0 ? 4 : 0);
            int header = within(bytes, fragment, "tfhd");
            int inHeader = bytes.getInt(header + 8) & 0xffffff;
            int usual = header + 16 + ((inHeader & 0x1) != 0 ? 8 : 0) + ((inHeader & 0x2) != 0 ? 4 : 0);
            for (int sample = 0; sample < count; sample++) {
                at += bytes.getInt((flags & 0x100) != 0 ? next : usual);
                next += 4 * Integer.bitCount(flags & 0xf00);
            }
            samples += count;
        }
        return samples;
    }

    private static String type(ByteBuffer bytes, int offset) {
        return new String(bytes.array(), offset + 4, 4, StandardCharsets.ISO_8859_1);
    }

    private static int within(ByteBuffer bytes, int box, String type) {
        int offset = box + 8;
        while (!type(bytes, offset).equals(type)) {
            offset += bytes.getInt(offset);
        }
        return offset;
    }

    private void assertPlayable(String id, int frames) throws Exception {
        JsonNode video = json.readTree(
                client.get(cluster.web().uri().resolve("/api/videos/" + id)).body());
        URI master = cluster.web().uri().resolve(video.path("playback_url").asText());
        for (String rendition : List.of("240p", "360p")) {
            assertThat(contiguous(whole(id, rendition), rendition))
                    .as(rendition)
                    .isEqualTo(frames);
            String address = client.get(master)
                    .body()
                    .lines()
                    .filter(line -> !line.startsWith("#") && line.contains("/" + rendition + "/"))
                    .findFirst()
                    .orElseThrow();
            assertThat(lines(
                            "ffmpeg",
                            "-v",
                            "error",
                            "-extension_picky",
                            "0",
                            "-i",
                            master.resolve(address).toString(),
                            "-map",
                            "0:v",
                            "-fps_mode",
                            "passthrough",
                            "-f",
                            "framemd5",
                            "-"))
                    .as("frames of the playlist of " + rendition)
                    .hasSize(frames);
        }
        assertThat(contiguous(whole(id, "sound"), "sound")).isPositive();
        assertThat(frames(result(id, "result.mp4"))).hasSize(frames);
    }

    @Test
    void aKillCostsOnePartAtMostAndPlaybackGoesOn() throws Exception {
        int kills = Sample.size("kills in one encode of renditions", 2, 8);
        int parts = Sample.LONG ? 6 * kills : 10;
        start(Sample.LONG ? 12_000 : 3000);
        addWorker();
        addWorker();
        addWorker();
        String id = upload(footage(parts, SIZE), ASKED);
        int claims = kill(id, kills);
        takeAtLeast(0);
        awaitProcessedWatched(id);
        look(id);

        System.out.printf(
                "RESULT stream-parts-killed kills=%d parts=%d runs=%d twice=%d segments=%d looks=%d claims=%s attempts=%s target=twice<=kills%n",
                kills, parts, runs(), runs() - parts, stored(id), looks, column(id, "claims"), column(id, "attempts"));
        assertThat(runs() - parts).as("parts that were encoded twice").isBetween(0, kills);
        assertThat(column(id, "claims")).isEqualTo(String.valueOf(claims));
        assertThat(stored(id)).isEqualTo(3 * (parts + 1));
        assertPlayable(id, parts * PART_SECONDS * 25);
        assertThat(number("SELECT count(*) FROM parts")).isZero();
    }

    /** Uploads a video, and waits until its worker is held at the first part. */
    private String beginFirstPart(FaultyWorker owner) throws Exception {
        hold(Place.FIRST_PART);
        String id = upload(footage(PARTS, SIZE), ASKED);
        awaitHeld(id, Place.FIRST_PART, owner);
        return id;
    }

    private boolean listed(int picture, int sound) {
        return segments("240p") == picture && segments("360p") == picture && segments("sound") == sound;
    }

    private void assertTakenOver(String name, String id, int runs) throws Exception {
        awaitProcessedWatched(id);
        look(id);
        System.out.printf(
                "RESULT stream-parts-taken-over by=%s parts=%d runs=%d segments=%d looks=%d claims=%s attempts=%s%n",
                name, PARTS, runs(), stored(id), looks, column(id, "claims"), column(id, "attempts"));
        assertThat(runs()).isEqualTo(runs);
        assertThat(column(id, "claims")).isEqualTo("2");
        assertThat(stored(id)).isEqualTo(3 * (PARTS + 1));
        assertPlayable(id, PARTS * PART_SECONDS * 25);
        assertThat(number("SELECT count(*) FROM parts")).isZero();
    }

    @Test
    void aKillDuringTheEarlyFirstPartLosesNoListedSegment() throws Exception {
        Sample.require(Sample.WHOLE, "a worker is killed in its early first part", "a whole run makes it");
        start(0);
        FaultyWorker owner = addWorker();
        String id = beginFirstPart(owner);
        awaitWatched(id, () -> listed(2, 2));
        assertThat(number("SELECT count(*) FROM parts")).as("planned parts").isZero();
        owner.kill();
        release(Place.FIRST_PART);
        addWorker();
        assertTakenOver("first-part", id, PARTS + 1);
    }

    @Test
    void aKillBeforeThereIsAWholeSoundLosesNoListedSegment() throws Exception {
        killDuringTheSound("before-sound", Place.SOUND, 2);
    }

    @Test
    void aKillWithMoreSoundThanPictureListedLosesNoListedSegment() throws Exception {
        killDuringTheSound("sound-ahead", Place.SOUND_END, PARTS);
    }

    /** Kills the job's worker while it encodes the sound and a part, and another worker encodes a part, too. */
    private void killDuringTheSound(String name, Place place, int listedSound) throws Exception {
        Sample.require(Sample.WHOLE, "a worker is killed while it encodes the sound", "a whole run makes it");
        start(0);
        hold(Place.OTHER_PART, place);
        FaultyWorker owner = addWorker();
        String id = beginFirstPart(owner);
        FaultyWorker helper = addWorker();
        release(Place.FIRST_PART);
        awaitHeld(id, Place.OTHER_PART, owner);
        awaitHeld(id, Place.OTHER_PART, helper);
        awaitHeld(id, place, owner);
        awaitWatched(id, () -> listed(2, listedSound));
        owner.kill();
        release(Place.OTHER_PART, place);
        assertTakenOver(name, id, PARTS + 1);
    }

    @Test
    void aWorkerWithLongerPartsHelpsWithNone() throws Exception {
        takeOver(
                "longer-parts",
                Map.of("CARAVANA_MEDIA_PART_SECONDS", String.valueOf(2 * PART_SECONDS)),
                true,
                PARTS / 2);
    }

    @Test
    void aWorkerWithAnotherSettingOfTheEncoderHelpsWithNoPart() throws Exception {
        takeOver("other-setting", Map.of("CARAVANA_MEDIA_THREADS", "2"), true, PARTS);
    }

    @Test
    void aWorkerWithAnotherFfmpegHelpsWithNoPart() throws Exception {
        Path program = Files.createDirectories(folder.resolve("other-build")).resolve("ffmpeg");
        Files.writeString(program, """
                #!/bin/sh
                [ "$*" = -version ] && echo "ffmpeg version of another build" && exit
                exec "%s/ffmpeg" "$@"
                """.formatted(tools));
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
        takeOver(
                "other-ffmpeg",
                Map.of("PATH", program.toAbsolutePath().getParent() + ":" + tools + ":" + System.getenv("PATH")),
                false,
                PARTS);
    }

    @Test
    void aWorkerWithoutPartsEncodesTheVideoInOneRun() throws Exception {
        takeOver("one-run", Map.of("CARAVANA_MEDIA_PARTS_FROM", "0s"), false, 0);
    }

    @Test
    void renditionsThatBeginWithOtherBytesHaveAnotherAddress() throws Exception {
        RouteCopy routes = RouteCopy.into(folder.resolve("other-camel"));
        routes.edit("catalogue/hls.yaml", "\"-profile:v\", \"high\"", "\"-profile:v\", \"main\"");
        streams = 2;
        takeOver("other-bytes", Map.of("CARAVANA_ROUTES", routes.setting()), false, PARTS);
    }

    /**
     * A worker with other settings, or of another build, encodes no part for the job's worker, and takes the video over
     * when that one is killed. Then it joins no part of the earlier plan.
     *
     * @param settings of this worker that differ from those of the others
     * @param plans whether it gets a part, and compares its own plan with that of the part
     * @param runs how many parts it encodes
     */
    private void takeOver(String name, Map<String, String> settings, boolean plans, int runs) throws Exception {
        Sample.require(Sample.WHOLE, "a worker with other settings takes a video over", "a whole run makes it");
        start(0);
        hold(Place.OTHER_PART);
        FaultyWorker owner = addWorker();
        String id = beginFirstPart(owner);
        FaultyWorker helper = addWorker();
        release(Place.FIRST_PART);
        awaitHeld(id, Place.OTHER_PART, owner);
        awaitHeld(id, Place.OTHER_PART, helper);
        FaultyWorker other = addWorker(settings);
        // As the owner does before each of its parts.
        String message = cluster.query("SELECT job_message(videos) FROM videos WHERE id = '" + id + "'");
        sqs.sendMessage(m -> m.queueUrl(cluster.setting("SQS_QUEUE_URL")).messageBody(message));
        // The messages of the job and of the helper are left, when this worker has acknowledged the others.
        awaitWatched(id, () -> messages() == 2 || runs(other) > 0);
        assertThat(runs(other)).as("parts of others that it began").isZero();
        assertThat(number("SELECT count(*) FROM receipts WHERE outcome = 'helped' AND worker LIKE '%:" + pid(other)
                                + "'")
                        > 0)
                .as("whether it has planned the video")
                .isEqualTo(plans);

        awaitWatched(id, () -> listed(2, PARTS));
        owner.kill();
        if (runs > 0) {
            awaitHeld(id, Place.OTHER_PART, other);
        }
        // The helper stops, since its part has no row any more.
        awaitWatched(id, () -> helper.claims().isEmpty() && listed.size() == 3 * streams);
        getSegments();
        release(Place.OTHER_PART);
        // The owner had encoded the first part, and had begun one more, as the helper had.
        assertTakenOver(name, id, 3 + runs);
        assertThat(List.of(runs(owner), runs(helper), runs(other))).isEqualTo(List.of(2, 1, runs));
    }

    @Test
    void twoWorkersMakeWhatOneRunMakes() throws Exception {
        Sample.require(Sample.WHOLE, "two workers share a video with renditions", "a whole run makes it");
        start(1000);
        int parts = 6;
        FaultyWorker whole =
                cluster.addWorker(1, Map.of("CARAVANA_MEDIA_PARTS_FROM", "0s", "CARAVANA_MEDIA_THREADS", "1"));
        whole.awaitReady();
        String unsplit = upload(footage(parts, SIZE), ASKED);
        awaitProcessed(unsplit);
        assertThat(runs()).isZero();
        whole.kill();
        addWorker();
        addWorker();
        String shared = upload(footage(parts, SIZE), ASKED);
        awaitProcessedWatched(shared);
        int helped = number("SELECT count(*) FROM receipts WHERE video_id = '" + shared + "' AND outcome = 'helped'");
        System.out.printf("RESULT stream-parts-shared parts=%d runs=%d helped=%d%n", parts, runs(), helped);
        assertThat(runs()).isEqualTo(parts);
        assertPlayable(shared, parts * PART_SECONDS * 25);
        for (String rendition : List.of("240p", "360p", "sound")) {
            assertThat(lengths(shared, rendition)).isEqualTo(lengths(unsplit, rendition));
        }
        assertThat(times(result(shared, "shared.mp4")))
                .containsExactlyInAnyOrderElementsOf(times(result(unsplit, "unsplit.mp4")));
    }

    private String lengths(String id, String rendition) throws Exception {
        return cluster.query("SELECT string_agg(number || ' ' || seconds, ',' ORDER BY number) FROM segments"
                + " WHERE video_id = '" + id + "' AND rendition = '" + rendition + "'");
    }

    @Test
    void whatIsDeletedOrCancelledIsEncodedNoMore() throws Exception {
        Sample.require(Sample.WHOLE, "renditions are deleted while they are encoded in parts", "a whole run makes it");
        start(20_000);
        FaultyWorker first = addWorker();
        FaultyWorker second = addWorker();
        for (boolean deleted : List.of(true, false)) {
            String id = upload(footage(6, SIZE), ASKED);
            int before = runs();
            // The first part of its own worker, and two that follow.
            await().atMost(Waits.LIMIT).pollInterval(OFTEN).until(() -> runs() == before + 3);
            if (deleted) {
                delete(id);
            } else {
                HttpResponse<String> answer =
                        client.send(client.request(cluster.web().uri().resolve("/api/videos/" + id + "/cancel"))
                                .POST(BodyPublishers.noBody())
                                .build());
                assertThat(answer.statusCode()).as(answer.body()).isBetween(200, 204);
            }
            assertThat(number("SELECT count(*) FROM parts")).isZero();
            await().atMost(Waits.LIMIT)
                    .pollInterval(OFTEN)
                    .until(() -> first.claims().isEmpty() && second.claims().isEmpty());
            assertThat(runs()).as("no part was begun after it").isEqualTo(before + 3);
            if (deleted) {
                await().atMost(Waits.LIMIT)
                        .until(() -> number("SELECT count(*) FROM videos WHERE id = '" + id + "'") == 0);
                assertNothingIsLeft(id, List.of());
            } else {
                assertThat(number("SELECT count(*) FROM played_renditions('" + id + "')"))
                        .isZero();
                await().atMost(Waits.LIMIT).until(() -> messages() == 0);
            }
        }
    }

    @Test
    void aWorkerThatStopsGivesItsPartBack() throws Exception {
        Sample.require(Sample.WHOLE, "a worker that stops gives a part of renditions back", "a whole run makes it");
        start(15_000);
        addWorker();
        addWorker();
        String id = upload(footage(4, SIZE), ASKED);
        FaultyWorker helper = awaitWorkerOf(id, BY_HELPER);
        helper.terminate();
        await().atMost(Waits.LIMIT).until(() -> !helper.isAlive());
        takeAtLeast(0);
        awaitProcessedWatched(id);
        assertThat(column(id, "claims")).isEqualTo("1");
        assertPlayable(id, 4 * PART_SECONDS * 25);
    }

    /** One worker encodes the same video in one run and in parts, by turns. Each time it is deleted when it can be played. */
    @Test
    void theFirstSegmentsComeAsSoonAsInOneRun() throws Exception {
        Sample.require(Sample.WHOLE, "the first segments of a video in parts", "a whole run makes it");
        start(0);
        cluster.addWorker(1, Map.of("CARAVANA_MEDIA_PARTS_FROM", "60s", "CARAVANA_MEDIA_PART_SECONDS", "12"))
                .awaitReady();
        Path video = Samples.make(
                folder.resolve("minute.mp4"),
                "-f lavfi -i testsrc2=s=1280x720:r=25:d=60 -f lavfi -i sine=frequency=440:duration=60"
                        + " -c:v libx264 -preset ultrafast -g 60 -b:v 2M -pix_fmt yuv420p -c:a aac -shortest");
        playable(video, false);
        List<Double> ratios = new ArrayList<>();
        for (int pair = 0; pair < Sample.size("pairs of one run and of parts", 3, 7); pair++) {
            double whole = playable(video, false);
            double inParts = playable(video, true);
            System.out.printf("first segments: %.2f s in one run, %.2f s in parts%n", whole, inParts);
            ratios.add(inParts / whole);
        }
        ratios.sort(null);
        double median = ratios.get(ratios.size() / 2);
        System.out.printf(
                "RESULT name=stream-parts-first value=%.2f unit=ratio pairs=%d all=%s target=<=1.10%n",
                median, ratios.size(), ratios.toString().replace(" ", ""));
        // Beside other work of the machine, each time varies more than the ways differ.
        assertThat(median).isLessThan(1.3);
    }

    /** How long after its claim a video can be played. */
    private double playable(Path video, boolean inParts) throws Exception {
        int runs = runs();
        // A prediction decides it.
        cluster.query("INSERT INTO work_rates (transformations, seconds_per_megabyte)"
                + " VALUES (work_kind('[\"transcodificacion\", \"hls\"]'), " + (inParts ? 1000 : 0) + ")"
                + " ON CONFLICT (transformations) DO UPDATE SET seconds_per_megabyte = excluded.seconds_per_megabyte"
                + " RETURNING 1");
        String id = upload(video, ASKED);
        await().atMost(Waits.LIMIT)
                .pollInterval(OFTEN)
                .until(() -> number("SELECT count(playable_at) FROM videos WHERE id = '" + id + "'") == 1);
        double seconds = Double.parseDouble(column(id, "extract(epoch FROM playable_at - claimed_at)"));
        assertThat(runs() - runs).as("runs for parts").isEqualTo(inParts ? 1 : 0);
        delete(id);
        await().atMost(Waits.LIMIT).until(() -> messages() == 0);
        await().atMost(Waits.LIMIT)
                .until(() -> cluster.workers().get(0).claims().isEmpty());
        return seconds;
    }
}
