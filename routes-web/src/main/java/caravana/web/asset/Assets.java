package caravana.web.asset;

import caravana.checks.StepOnly;
import caravana.checks.TransformationEntry;
import caravana.media.Subtitles;
import caravana.web.caller.Caller;
import caravana.web.http.MediaTypes;
import caravana.web.http.Problem;
import caravana.web.http.QueryString;
import caravana.web.http.RateLimit;
import caravana.web.links.ObjectLink;
import caravana.web.links.PresignedLinks;
import caravana.web.upload.TimedStream;
import caravana.web.upload.UploadProperties;
import caravana.web.upload.UploadRules;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Message;
import org.apache.camel.support.SynchronizationAdapter;
import org.springframework.stereotype.Component;

/** The pictures and subtitles that an account has uploaded for its transformations. */
@Component("assets")
public class Assets {

    /** The most assets of one account. */
    public static final int MOST = 50;

    /** The largest asset, in bytes. */
    public static final int BYTES = 2 * 1024 * 1024;

    /** The most pixels of a picture's longer side. */
    public static final int PIXELS = 4096;

    /** The most assets that one node receives concurrently. Each holds its file in memory. */
    private static final int AT_ONCE = 8;

    private static final int AT_ONCE_OF_ONE = 2;

    private static final String NONE = "The account has no asset of this id.";

    private final UploadProperties limits;
    private final PresignedLinks links;
    private final Map<String, Integer> arriving = new HashMap<>();

    Assets(UploadProperties limits, PresignedLinks links) {
        this.limits = limits;
        this.links = links;
    }

    /**
     * Reads an asset's file, and checks that it is what its media type says, without decoding it. Sets the property
     * {@code asset}, a {@link NewAsset}.
     *
     * @throws Problem 400 {@code asset_name_invalid}, 408, 413 {@code asset_too_large}, 415 {@code asset_unreadable}, 422
     *     {@code picture_too_large}, or 503 when too many are arriving
     */
    @StepOnly
    public void read(@ExchangeProperty("caller") Caller caller, Exchange exchange) throws IOException {
        Message in = exchange.getMessage();
        String name = QueryString.of(in).get("name");
        if (!UploadRules.isTitle(name)) {
            throw new Problem(
                    400,
                    "asset_name_invalid",
                    "Send a name of 1 to 200 characters, at least one of them visible and none of them a control character.");
        }
        String type = MediaTypes.essence(in.getHeader(Exchange.CONTENT_TYPE, String.class));
        String length = in.getHeader(Exchange.CONTENT_LENGTH, String.class);
        if (length != null && Long.parseLong(length) > BYTES) {
            throw tooLarge();
        }
        String owner = caller.id().toString();
        take(owner, exchange);
        exchange.getExchangeExtension().addOnCompletion(new SynchronizationAdapter() {

            @Override
            public void onDone(Exchange done) {
                giveBack(owner);
            }
        });
        byte[] content = content(in.getBody(InputStream.class));
        String id = UUID.randomUUID().toString();
        String key = "assets/" + owner + "/" + id;
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("id", id);
        document.put("name", name.strip());
        document.put("media_type", type);
        document.put("object_key", key);
        document.put("bytes", content.length);
        document.put("sha256", sha256(content));
        describe(content, type, document);
        exchange.setProperty("asset", new NewAsset(id, document, type, key, content, MOST));
    }

    private byte[] content(InputStream body) throws IOException {
        byte[] content = new TimedStream(body, limits).readNBytes(BYTES + 1);
        if (content.length > BYTES) {
            throw tooLarge();
        }
        return content;
    }

    private synchronized void take(String owner, Exchange exchange) {
        int own = arriving.getOrDefault(owner, 0);
        exchange.setProperty(
                RateLimit.PROPERTY,
                RateLimit.atOnce("assets-at-once", AT_ONCE_OF_ONE, Math.max(0, AT_ONCE_OF_ONE - own - 1)));
        if (own >= AT_ONCE_OF_ONE) {
            throw new Problem(
                    429,
                    "too_many_at_once",
                    "The account sends " + AT_ONCE_OF_ONE
                            + " assets at once, which is the limit. Wait until one of them has arrived.",
                    1);
        }
        if (arriving.values().stream().mapToInt(Integer::intValue).sum() >= AT_ONCE) {
            throw new Problem(503, "busy", "Too many assets are arriving; try again in a moment.", 1);
        }
        arriving.put(owner, own + 1);
    }

    private synchronized void giveBack(String owner) {
        arriving.computeIfPresent(owner, (id, own) -> own == 1 ? null : own - 1);
    }

    private static Problem tooLarge() {
        return new Problem(
                413,
                "asset_too_large",
                "The asset is larger than " + BYTES / 1024 / 1024 + " MiB. Send a smaller one.");
    }

    private static void describe(byte[] content, String type, Map<String, Object> document) {
        try {
            if (TransformationEntry.PICTURES.contains(type)) {
                PngFile png = type.equals("image/png") ? PngFile.read(content) : null;
                PictureSize size = png == null ? SvgFile.read(content) : png.size();
                if (Math.max(size.width(), size.height()) > PIXELS) {
                    throw new Problem(
                            422,
                            "picture_too_large",
                            "The picture has " + size.width() + "×" + size.height() + " pixels; the limit is " + PIXELS
                                    + "×" + PIXELS + ". Scale it down.");
                }
                if (png == null) {
                    SvgFile.requireShape(size);
                } else {
                    png.requirePixels();
                }
                document.put("width", size.width());
                document.put("height", size.height());
            } else {
                document.put(
                        "cues",
                        Subtitles.read(content, type.equals("text/vtt")).cues().size());
            }
        } catch (IOException e) {
            throw unreadable("The file is not accepted as " + type + ": " + e.getMessage() + ".");
        } catch (Subtitles.UnreadableException e) {
            throw unreadable("The file cannot be read as " + type + (e.line() == 0 ? ": " : ", line " + e.line() + ": ")
                    + e.getMessage());
        }
    }

    private static Problem unreadable(String sentence) {
        return new Problem(415, "asset_unreadable", sentence);
    }

    private static String sha256(byte[] content) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * Checks the result of {@code open-asset.sql}.
     *
     * @throws Problem 403 {@code too_many_assets}
     */
    public void checkOpened(@Body Map<String, Object> row, @ExchangeProperty("asset") NewAsset asset) {
        if (row.get("outcome").equals("too_many")) {
            throw new Problem(
                    403,
                    "too_many_assets",
                    "The account has " + asset.getMost() + " assets, which is the limit. Delete one.");
        }
    }

    /**
     * Composes the answer about an asset that was stored.
     *
     * @param row of {@code select-assets.sql}
     * @throws Problem 503 {@code unavailable} when storing it took longer than the limit
     */
    public Map<String, Object> showStored(@Body Map<String, Object> row) {
        if (row == null) {
            throw Problem.of(503);
        }
        return shown(row);
    }

    /**
     * Composes the answer about an asset.
     *
     * @param row of {@code select-assets.sql}
     * @throws Problem 404 {@code not_found}
     */
    public Map<String, Object> show(@Body Map<String, Object> row) {
        return shown(found(row));
    }

    /**
     * Signs a link to an asset's file.
     *
     * @param row of {@code select-assets.sql}
     * @throws Problem 404 {@code not_found}
     */
    public ObjectLink.Link link(@Body Map<String, Object> row) {
        Map<String, Object> asset = found(row);
        return new ObjectLink.Link((String) asset.get("object_key"), links.asset(asset));
    }

    private static Map<String, Object> found(Map<String, Object> row) {
        if (row == null) {
            throw new Problem(404, "not_found", NONE);
        }
        return row;
    }

    /** Returns the document of a row, without the key of the asset's object. */
    private static Map<String, Object> shown(Map<String, Object> row) {
        Map<String, Object> document = new LinkedHashMap<>(row);
        document.remove("object_key");
        return document;
    }

    /**
     * Composes the list of the caller's assets, the oldest first.
     *
     * @param rows of {@code select-assets.sql}
     */
    public Map<String, Object> list(@Body List<Map<String, Object>> rows) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("assets", rows.stream().map(Assets::shown).toList());
        document.put("limit", MOST);
        return document;
    }

    /**
     * Checks the result of {@code delete-asset.sql}.
     *
     * @throws Problem 404 {@code not_found}, or 409 {@code asset_in_use}
     */
    public void checkDeleted(@Body Map<String, Object> row) {
        if (row == null) {
            throw new Problem(404, "not_found", NONE);
        }
        if (Boolean.TRUE.equals(row.get("used"))) {
            throw new Problem(
                    409,
                    "asset_in_use",
                    "A video that is waiting, is being processed or can be retried needs this asset. Wait "
                            + "until its job ends, or delete the video.");
        }
    }
}
