#!/bin/sh
# Makes the videos that the load tests upload: real ones, whose size comes from their bitrate and not from padding.
# What is there already is kept. Prints one line a file: name, seconds, bytes.
#
# usage: make-media.sh FOLDER [SIZE...]    sizes in MB (1,000,000 bytes): 1, 10, 50, 75, 100; without any, all but 75
set -eu

folder=$1
shift
[ $# -gt 0 ] || set -- 1 10 50 100
mkdir -p "$folder"

run() { # OUTPUT ARGUMENTS...: the file appears when it is whole
  output=$1
  shift
  [ -f "$output" ] && return
  ffmpeg -nostdin -v error -y "$@" -movflags +faststart -f mp4 "$output.part"
  mv "$output.part" "$output"
}

tell() { # FILE
  seconds=$(ffprobe -v error -show_entries format=duration -of csv=p=0 "$1")
  echo "$(basename "$1") $seconds $(wc -c <"$1")"
}

for size in "$@"; do
  case $size in
    1) picture=640x360 seconds=5 ;;
    10) picture=1280x720 seconds=10 ;;
    50 | 75 | 100) picture=1920x1080 seconds=15 ;;
    *) echo "make-media.sh: there is no size $size; there are 1, 10, 50, 75 and 100" >&2 && exit 2 ;;
  esac
  audio=96
  video=$((size * 8000 / seconds - audio))
  # Noise does not compress, so the encoder needs every bit that it may spend.
  run "$folder/$size-mb.mp4" \
    -f lavfi -i "testsrc2=size=$picture:rate=30:duration=$seconds,noise=alls=60:allf=t" \
    -f lavfi -i "sine=frequency=440:duration=$seconds" \
    -c:v libx264 -preset ultrafast -pix_fmt yuv420p \
    -b:v "${video}k" -minrate "${video}k" -maxrate "${video}k" -bufsize "${video}k" \
    -c:a aac -b:a "${audio}k"
  tell "$folder/$size-mb.mp4"
done

# For the stub: what is uploaded, and what comes out, as the product plans it: with five seconds of cards, in BT.709.
run "$folder/short.mp4" -f lavfi -i color=teal:size=320x240:rate=10:duration=2 -pix_fmt yuv420p
run "$folder/stub-clip.mp4" -f lavfi -i color=teal:size=1280x720:rate=10:duration=7 -pix_fmt yuv420p \
  -color_range tv -colorspace bt709 -color_trc bt709 -color_primaries bt709
tell "$folder/short.mp4"
