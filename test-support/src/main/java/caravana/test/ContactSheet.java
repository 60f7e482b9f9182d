package caravana.test;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import javax.imageio.ImageIO;

/** Writes an HTML page with pictures side by side, for people. It needs no other file. */
public final class ContactSheet {

    private static final int WIDTH = 320;
    private static final int HEIGHT = 180;

    private final StringBuilder rows = new StringBuilder();
    private final String title;
    private final List<String> columns;

    /** @param columns what the pictures of each row are */
    public ContactSheet(String title, List<String> columns) {
        this.title = title;
        this.columns = columns;
    }

    /**
     * Adds a row.
     *
     * @param name what it is about
     * @param text what became of it
     * @param wrong whether it stands out
     * @param pictures one for each column; null for none
     */
    public void add(String name, String text, boolean wrong, List<BufferedImage> pictures) throws IOException {
        rows.append(wrong ? "<tr class=wrong>" : "<tr>")
                .append("<th>")
                .append(escaped(name))
                .append("<p>")
                .append(escaped(text))
                .append("</th>");
        for (BufferedImage picture : pictures) {
            rows.append("<td>");
            if (picture != null) {
                rows.append("<img src=\"data:image/png;base64,")
                        .append(Base64.getEncoder().encodeToString(png(fitted(picture))))
                        .append("\">");
            }
            rows.append("</td>");
        }
        rows.append("</tr>\n");
    }

    /** Writes the page and returns its absolute path. */
    public Path write(Path file) throws IOException {
        Files.createDirectories(file.toAbsolutePath().getParent());
        StringBuilder page = new StringBuilder("<!doctype html><meta charset=utf-8><title>")
                .append(escaped(title))
                .append("</title><style>body{font:14px sans-serif;background:#888}table{border-spacing:4px}")
                .append("th{text-align:left;width:22em;vertical-align:top;background:#fff;padding:4px}")
                .append("th p{font-weight:normal;overflow-wrap:anywhere}.wrong th{background:#fbb}thead th{width:auto}")
                .append("</style><table><thead><tr><th>")
                .append(escaped(title))
                .append("</th>");
        columns.forEach(column -> page.append("<th>").append(escaped(column)).append("</th>"));
        page.append("</tr></thead>\n").append(rows).append("</table>\n");
        return Files.writeString(file.toAbsolutePath().normalize(), page);
    }

    private static BufferedImage fitted(BufferedImage picture) {
        double factor = Math.min((double) WIDTH / picture.getWidth(), (double) HEIGHT / picture.getHeight());
        int width = (int) Math.max(1, Math.round(picture.getWidth() * factor));
        int height = (int) Math.max(1, Math.round(picture.getHeight() * factor));
        BufferedImage fitted = new BufferedImage(WIDTH, HEIGHT, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = fitted.createGraphics();
        graphics.setColor(Color.GRAY);
        graphics.fillRect(0, 0, WIDTH, HEIGHT);
        graphics.setRenderingHint(RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BILINEAR);
        graphics.drawImage(picture, (WIDTH - width) / 2, (HEIGHT - height) / 2, width, height, null);
        graphics.dispose();
        return fitted;
    }

    private static byte[] png(BufferedImage picture) throws IOException {
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        ImageIO.write(picture, "png", png);
        return png.toByteArray();
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;");
    }
}
