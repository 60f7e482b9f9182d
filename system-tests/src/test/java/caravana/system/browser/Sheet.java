package caravana.system.browser;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.ImageIO;

/** Pictures of a page on one sheet, in their order and each with its name, so that one look shows what happened. */
final class Sheet {

    private static final int COLUMNS = 5;
    private static final int WIDTH = 448;
    private static final int CAPTION = 24;

    private final Page page;
    private final List<String> names = new ArrayList<>();
    private final List<BufferedImage> pictures = new ArrayList<>();

    Sheet(Page page) {
        this.page = page;
    }

    /** Adds what is to be seen now. */
    void add(String name) throws IOException {
        names.add(name);
        pictures.add(ImageIO.read(new ByteArrayInputStream(page.picture())));
    }

    /** Leaves the sheet beside the other pictures. */
    void write(String name) throws IOException {
        int height = pictures.stream()
                        .mapToInt(each -> WIDTH * each.getHeight() / each.getWidth())
                        .max()
                        .orElseThrow()
                + CAPTION;
        int rows = (pictures.size() + COLUMNS - 1) / COLUMNS;
        BufferedImage sheet = new BufferedImage(COLUMNS * WIDTH, rows * height, BufferedImage.TYPE_INT_RGB);
        Graphics2D drawing = sheet.createGraphics();
        drawing.setRenderingHint(RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BICUBIC);
        for (int i = 0; i < pictures.size(); i++) {
            int x = i % COLUMNS * WIDTH;
            int y = i / COLUMNS * height;
            drawing.drawImage(pictures.get(i), x, y + CAPTION, WIDTH, height - CAPTION, null);
            drawing.setColor(Color.WHITE);
            drawing.drawString(i + 1 + ". " + names.get(i), x + 6, y + CAPTION - 7);
        }
        drawing.dispose();
        Files.createDirectories(Page.SCREENSHOTS);
        ImageIO.write(sheet, "png", Page.SCREENSHOTS.resolve(name + ".png").toFile());
    }
}
