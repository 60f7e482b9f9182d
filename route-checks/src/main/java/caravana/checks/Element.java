package caravana.checks;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;

/** A node of a YAML document, with its line. */
final class Element {

    private final Node node;

    /** Collected when they are first asked for, since every rule asks. */
    private Map<String, Element> fields;

    private List<Element> items;
    private List<Element> all;
    private List<SimpleText.Reading> readings;

    Element(Node node) {
        this.node = node;
    }

    Node node() {
        return node;
    }

    /** From 1. */
    int line() {
        return node.getStartMark().getLine() + 1;
    }

    boolean isMapping() {
        return node instanceof MappingNode;
    }

    boolean isText() {
        return node instanceof ScalarNode;
    }

    /** The text of a scalar; empty of anything else. */
    String text() {
        return node instanceof ScalarNode scalar ? scalar.getValue() : "";
    }

    /** The entries of a mapping, in order; of a key that is there twice, the last. */
    Map<String, Element> fields() {
        if (fields == null) {
            fields = new LinkedHashMap<>();
            if (node instanceof MappingNode mapping) {
                for (NodeTuple tuple : mapping.getValue()) {
                    String key = new Element(tuple.getKeyNode()).text();
                    Element value = new Element(tuple.getValueNode());
                    fields.put(key, value);
                    if (SimpleText.NAMING.contains(key)) {
                        value.expression()
                                .ifPresent(text -> text.readings = List.of(SimpleText.reading(key, text.text())));
                    }
                }
            }
        }
        return fields;
    }

    /** The line of a key of a mapping, from 1; that of the mapping when it lacks the key. */
    int line(String key) {
        if (node instanceof MappingNode mapping) {
            for (NodeTuple tuple : mapping.getValue()) {
                Element name = new Element(tuple.getKeyNode());
                if (name.text().equals(key)) {
                    return name.line();
                }
            }
        }
        return line();
    }

    /** Whether nothing stands there. */
    boolean isEmpty() {
        return node.getTag().equals(Tag.NULL) && text().isEmpty();
    }

    /** The items of a sequence. */
    List<Element> items() {
        if (items == null) {
            items = new ArrayList<>();
            if (node instanceof SequenceNode sequence) {
                sequence.getValue().forEach(item -> items.add(new Element(item)));
            }
        }
        return items;
    }

    Optional<Element> get(String key) {
        return Optional.ofNullable(fields().get(key));
    }

    /** The text under a key; empty when there is none. */
    String text(String key) {
        return get(key).map(Element::text).orElse("");
    }

    /** Everything in it, itself included, from top to bottom. */
    List<Element> all() {
        if (all == null) {
            all = new ArrayList<>();
            collect(all);
        }
        return all;
    }

    /** The text of an expression, as a language holds it: under {@code expression:}, or in the compact notation. */
    Optional<Element> expression() {
        return isText() ? Optional.of(this) : get("expression").filter(Element::isText);
    }

    /** What a text reads: by functions of Simple, or by its language, which takes a name alone. Nothing of what is no text. */
    List<SimpleText.Reading> readings() {
        readings = readings == null ? SimpleText.readings(text()) : readings;
        return readings;
    }

    private void collect(List<Element> all) {
        all.add(this);
        fields().values().forEach(field -> field.collect(all));
        items().forEach(item -> item.collect(all));
    }

    /** A piece is the same when it stands at the same place. */
    @Override
    public boolean equals(Object other) {
        return other instanceof Element element && element.node.equals(node);
    }

    @Override
    public int hashCode() {
        return node.hashCode();
    }
}
